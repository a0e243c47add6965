package org.ekkofs.store.jclouds;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.ekkofs.model.InvalidException;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.FailsafeSchema;

/**
 * What is known of an OpenStack cloud, by the names of clouds.yaml. The environment says the same
 * by variables, in capitals and with OS_ before them.
 */
final class CloudSettings {
  /** As text, since an id of digits is no number. */
  private static final LoadSettings TEXTS =
      LoadSettings.builder().setSchema(new FailsafeSchema()).build();

  private final Map<String, String> values;

  private CloudSettings(Map<String, String> values) {
    this.values = values;
  }

  /** What the variables say. */
  static CloudSettings of(Environment environment) {
    return new CloudSettings(fromVariables(environment));
  }

  private static Map<String, String> fromVariables(Environment environment) {
    Map<String, String> values = new HashMap<>();
    environment
        .variables()
        .forEach(
            (name, value) -> {
              if (name.startsWith("OS_") && !value.isBlank()) {
                values.put(name.substring(3).toLowerCase(Locale.ROOT), value.strip());
              }
            });
    return values;
  }

  /**
   * What the first clouds.yaml that is found says of a cloud, with what the secure.yaml beside it
   * adds; where they are silent, the variables.
   *
   * @throws InvalidException if there is no such file or cloud, or it makes no sense
   */
  static CloudSettings of(Environment environment, String cloud) {
    Path file =
        candidates(environment).stream()
            .filter(path -> Environment.read(path).isPresent())
            .findFirst()
            .orElseThrow(
                () ->
                    new InvalidException(
                        "OS_CLOUD is set, but there is no clouds.yaml in this folder, in ~/.config/openstack or in /etc/openstack"));
    Map<String, String> values = fromVariables(environment);
    if (!collect(file, cloud, values)) {
      throw new InvalidException(
          "there is no cloud \"%s\" (OS_CLOUD) in %s".formatted(cloud, file));
    }
    collect(file.resolveSibling("secure.yaml"), cloud, values);
    return new CloudSettings(values);
  }

  private static List<Path> candidates(Environment environment) {
    return environment
        .get("OS_CLIENT_CONFIG_FILE")
        .map(file -> List.of(environment.path(file)))
        .orElseGet(
            () ->
                List.of(
                    Path.of("clouds.yaml"),
                    environment.home().resolve(".config/openstack/clouds.yaml"),
                    Path.of("/etc/openstack/clouds.yaml")));
  }

  private static boolean collect(Path file, String cloud, Map<String, String> values) {
    Optional<String> text = Environment.read(file);
    if (text.isEmpty() || !(parse(file, text.get()) instanceof Map<?, ?> root)) {
      return false;
    }
    if (!(root.get("clouds") instanceof Map<?, ?> clouds)
        || !(clouds.get(cloud) instanceof Map<?, ?> settings)) {
      return false;
    }
    put(settings, values);
    if (settings.get("auth") instanceof Map<?, ?> auth) {
      put(auth, values);
    }
    return true;
  }

  private static void put(Map<?, ?> from, Map<String, String> to) {
    from.forEach(
        (name, value) -> {
          if (value instanceof String text) {
            to.put(String.valueOf(name), text);
          }
        });
  }

  private static Object parse(Path file, String text) {
    try {
      Object root = new Load(TEXTS).loadFromString(text);
      return Objects.requireNonNullElse(root, Map.of());
    } catch (YamlEngineException e) {
      // Its message quotes lines, of which some are secret.
      throw new InvalidException(file + " is not YAML");
    }
  }

  /** A setting. */
  Optional<String> get(String name) {
    return Optional.ofNullable(values.get(name)).filter(value -> !value.isBlank());
  }

  /** Without the values, of which some are secret. */
  @Override
  public String toString() {
    return "cloud";
  }
}
