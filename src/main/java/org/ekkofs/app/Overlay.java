package org.ekkofs.app;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The environment as it is for the destination of a copy: {@code EKKOFS_TO_AWS_PROFILE} is its
 * {@code AWS_PROFILE}, {@code EKKOFS_TO_PASSWORD} its {@code EKKOFS_PASSWORD}. One variable of a
 * family stands for all of it, so that half of the source's credentials never meet half of the
 * destination's.
 */
final class Overlay {
  private static final String PREFIX = "EKKOFS_TO_";
  private static final String OWN_PREFIX = "EKKOFS_";
  private static final Set<String> SECRETS = Set.of("PASSWORD", "PASSWORD_FILE", "KEY_FILE");

  /** Where the database of one repository is says nothing of another's. */
  private static final String LOG = "LOG";

  /** The beginnings of variables that belong together; Swift is told of in two ways. */
  private static final List<List<String>> FAMILIES =
      List.of(
          List.of("AWS_"),
          List.of("OS_", "ST_"),
          List.of("AZURE_"),
          List.of("GOOGLE_"),
          List.of("B2_"),
          List.of("PG"));

  private Overlay() {}

  /** The variables for the destination. */
  static Map<String, String> of(Map<String, String> environment) {
    Map<String, String> given = new HashMap<>();
    environment.forEach(
        (name, value) -> {
          if (name.startsWith(PREFIX) && !value.isEmpty()) {
            given.put(name(name.substring(PREFIX.length())), value);
          }
        });
    Map<String, String> there = new HashMap<>(environment);
    there.keySet().removeIf(name -> isReplaced(name, given.keySet()));
    there.putAll(given);
    return there;
  }

  /** The same for a destination that is not encrypted. */
  static Map<String, String> withoutSecrets(Map<String, String> environment) {
    Map<String, String> there = new HashMap<>(of(environment));
    there.keySet().removeAll(Secrets.VARIABLES);
    return there;
  }

  private static String name(String rest) {
    return SECRETS.contains(rest) || rest.equals(LOG) ? OWN_PREFIX + rest : rest;
  }

  private static boolean isReplaced(String name, Set<String> given) {
    if (name.equals(OWN_PREFIX + LOG)) {
      return true;
    }
    boolean secret = isSecret(name) && given.stream().anyMatch(Overlay::isSecret);
    return secret
        || FAMILIES.stream()
            .filter(family -> isOf(family, name))
            .anyMatch(family -> given.stream().anyMatch(other -> isOf(family, other)));
  }

  private static boolean isSecret(String name) {
    return name.startsWith(OWN_PREFIX) && SECRETS.contains(name.substring(OWN_PREFIX.length()));
  }

  private static boolean isOf(List<String> family, String name) {
    return family.stream().anyMatch(name::startsWith);
  }
}
