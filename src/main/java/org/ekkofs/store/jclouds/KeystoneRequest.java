package org.ekkofs.store.jclouds;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Locale;
import java.util.Optional;
import org.ekkofs.model.InvalidException;

/** Writes down who logs in to what, as Keystone wants it. */
record KeystoneRequest(CloudSettings cloud) {
  private static final String DEFAULT_DOMAIN = "default";

  /**
   * The body of the login.
   *
   * @throws InvalidException if something is missing
   */
  JsonObject json() {
    JsonObject auth = new JsonObject();
    if (cloud.get("application_credential_secret").isPresent()) {
      auth.add("identity", identity("application_credential", applicationCredential()));
    } else {
      auth.add("identity", identity("password", wrapped("user", user(required("password")))));
      scope().ifPresent(scope -> auth.add("scope", scope));
    }
    return wrapped("auth", auth);
  }

  private static JsonObject identity(String method, JsonObject what) {
    JsonArray methods = new JsonArray();
    methods.add(method);
    JsonObject identity = new JsonObject();
    identity.add("methods", methods);
    identity.add(method, what);
    return identity;
  }

  private static JsonObject wrapped(String name, JsonObject inner) {
    JsonObject outer = new JsonObject();
    outer.add(name, inner);
    return outer;
  }

  private JsonObject applicationCredential() {
    JsonObject credential = new JsonObject();
    credential.addProperty("secret", required("application_credential_secret"));
    Optional<String> id = cloud.get("application_credential_id");
    if (id.isPresent()) {
      credential.addProperty("id", id.get());
    } else {
      credential.addProperty("name", required("application_credential_name"));
      credential.add("user", user(""));
    }
    return credential;
  }

  private JsonObject user(String password) {
    JsonObject user = new JsonObject();
    Optional<String> id = cloud.get("user_id");
    if (id.isPresent()) {
      user.addProperty("id", id.get());
    } else {
      user.addProperty("name", required("username"));
      user.add("domain", domain("user_domain"));
    }
    if (!password.isEmpty()) {
      user.addProperty("password", password);
    }
    return user;
  }

  /**
   * Of a user or a project: as given for it, else for both, else the one every cloud begins with.
   */
  private JsonObject domain(String which) {
    Optional<String> name = cloud.get(which + "_name").or(() -> unlessGiven(which, "domain_name"));
    JsonObject domain = new JsonObject();
    if (cloud.get(which + "_id").isEmpty() && name.isPresent()) {
      domain.addProperty("name", name.get());
    } else {
      domain.addProperty(
          "id",
          cloud
              .get(which + "_id")
              .or(() -> cloud.get("domain_id"))
              .or(() -> cloud.get("default_domain"))
              .orElse(DEFAULT_DOMAIN));
    }
    return domain;
  }

  private Optional<String> unlessGiven(String which, String both) {
    return cloud.get(which + "_id").isPresent() ? Optional.empty() : cloud.get(both);
  }

  private Optional<JsonObject> scope() {
    JsonObject project = new JsonObject();
    Optional<String> id = cloud.get("project_id").or(() -> cloud.get("tenant_id"));
    Optional<String> name = cloud.get("project_name").or(() -> cloud.get("tenant_name"));
    if (id.isPresent()) {
      project.addProperty("id", id.get());
    } else if (name.isPresent()) {
      project.addProperty("name", name.get());
      project.add("domain", domain("project_domain"));
    } else {
      return Optional.empty();
    }
    return Optional.of(wrapped("project", project));
  }

  private String required(String name) {
    return cloud
        .get(name)
        .orElseThrow(
            () ->
                new InvalidException(
                    "to log in to Swift OS_%s is missing, or \"%s\" in clouds.yaml"
                        .formatted(name.toUpperCase(Locale.ROOT), name)));
  }
}
