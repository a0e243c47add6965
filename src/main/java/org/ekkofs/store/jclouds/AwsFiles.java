package org.ekkofs.store.jclouds;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.ekkofs.model.InvalidException;

/** What the files of the AWS tools say of one profile. */
final class AwsFiles {
  private final Map<String, String> settings;

  private AwsFiles(Map<String, String> settings) {
    this.settings = settings;
  }

  /**
   * Reads both files; what stands in the one for credentials goes first.
   *
   * @throws InvalidException if one of them cannot be read, or a profile that was asked for is in
   *     neither
   */
  static AwsFiles read(Environment environment) {
    Optional<String> asked = environment.get("AWS_PROFILE", "AWS_DEFAULT_PROFILE");
    String profile = asked.orElse("default");
    Path config = environment.file("AWS_CONFIG_FILE", ".aws/config");
    Path secrets = environment.file("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials");
    Map<String, String> settings = new HashMap<>();
    boolean found = collect(config, profile, settings);
    found |= collect(secrets, profile, settings);
    if (asked.isPresent() && !found) {
      throw new InvalidException(
          "there is no profile %s (AWS_PROFILE) in %s or %s".formatted(profile, secrets, config));
    }
    return new AwsFiles(settings);
  }

  private static boolean collect(Path file, String profile, Map<String, String> settings) {
    boolean found = false;
    boolean inside = false;
    for (String line : Environment.read(file).orElse("").lines().toList()) {
      String text = line.strip();
      if (text.startsWith("[")) {
        inside = section(text).equals(profile);
        found |= inside;
      } else if (inside && isSetting(line)) {
        int equals = text.indexOf('=');
        settings.put(text.substring(0, equals).strip(), text.substring(equals + 1).strip());
      }
    }
    return found;
  }

  private static String section(String heading) {
    int end = heading.indexOf(']');
    String name = heading.substring(1, end < 0 ? heading.length() : end).strip();
    return name.startsWith("profile ") ? name.substring("profile ".length()).strip() : name;
  }

  /** What is indented belongs to a setting above it; what begins like this is a comment. */
  private static boolean isSetting(String line) {
    return !line.isEmpty()
        && !Character.isWhitespace(line.charAt(0))
        && line.charAt(0) != '#'
        && line.charAt(0) != ';'
        && line.indexOf('=') > 0;
  }

  /** A setting of the profile. */
  Optional<String> get(String name) {
    return Optional.ofNullable(settings.get(name)).filter(value -> !value.isEmpty());
  }
}
