package org.ekkofs.store.jclouds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.ekkofs.model.InvalidException;
import org.ekkofs.store.ConnectionSettings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenStackEnvironmentTest {
  @TempDir Path home;
  private final Map<String, String> variables = new HashMap<>();

  @BeforeEach
  void beAtHome() {
    variables.put("HOME", home.toString());
  }

  private SwiftLogin login() {
    return OpenStackEnvironment.login(new Environment(variables), ConnectionSettings.DEFAULT);
  }

  private KeystoneLogin keystone() {
    return (KeystoneLogin) login();
  }

  private void set(String... namesAndValues) {
    for (int n = 0; n < namesAndValues.length; n += 2) {
      variables.put(namesAndValues[n], namesAndValues[n + 1]);
    }
  }

  private void clouds(String name, String text) throws IOException {
    Path folder = Files.createDirectories(home.resolve(".config/openstack"));
    Files.writeString(folder.resolve(name), text);
  }

  private static void assertAsks(KeystoneLogin login, String json) {
    assertThat(login.request()).isEqualTo(JsonParser.parseString(json));
  }

  @Test
  void theFirstVersionOfLoginsIsKnownByItsVariables() {
    set("ST_AUTH", "http://host/auth/v1.0", "ST_USER", "a:b", "ST_KEY", "secret");
    TempAuthLogin login = (TempAuthLogin) login();
    assertThat(login.server()).isEqualTo(URI.create("http://host/auth/v1.0"));
    assertThat(login.user()).isEqualTo("a:b");
    assertThat(login.key()).isEqualTo("secret");
    assertThat(login.toString()).doesNotContain("secret");
  }

  @Test
  void orByItsAddressOrVersion() {
    set("OS_AUTH_URL", "http://host/auth/v1.0", "OS_USERNAME", "u", "OS_PASSWORD", "p");
    assertThat(login()).isInstanceOf(TempAuthLogin.class);
    set("OS_AUTH_URL", "http://host/login", "OS_IDENTITY_API_VERSION", "1");
    assertThat(login()).isInstanceOf(TempAuthLogin.class);
  }

  @Test
  void aPasswordIsForAProject() {
    set("OS_AUTH_URL", "https://host:5000", "OS_USERNAME", "u", "OS_PASSWORD", "p");
    set("OS_PROJECT_NAME", "project", "OS_REGION_NAME", "here", "OS_CACERT", "/ca.pem");
    KeystoneLogin login = keystone();
    assertThat(login.server()).isEqualTo(URI.create("https://host:5000/v3"));
    assertThat(login.region()).hasValue("here");
    assertThat(login.side()).isEqualTo("public");
    assertThat(login.authorities()).hasValue(Path.of("/ca.pem"));
    assertThat(login.toString()).doesNotContain("\"p\"");
    assertAsks(
        login,
        """
        {"auth": {"identity": {"methods": ["password"], "password": {"user":
          {"name": "u", "domain": {"id": "default"}, "password": "p"}}},
          "scope": {"project": {"name": "project", "domain": {"id": "default"}}}}}
        """);
  }

  @Test
  void domainsAreByNameOrId() {
    set("OS_AUTH_URL", "https://host/identity/v3/", "OS_USERNAME", "u", "OS_PASSWORD", "p");
    set("OS_PROJECT_NAME", "project", "OS_USER_DOMAIN_NAME", "users");
    set("OS_PROJECT_DOMAIN_ID", "projects", "OS_INTERFACE", "internalURL");
    KeystoneLogin login = keystone();
    assertThat(login.server()).isEqualTo(URI.create("https://host/identity/v3"));
    assertThat(login.side()).isEqualTo("internal");
    assertAsks(
        login,
        """
        {"auth": {"identity": {"methods": ["password"], "password": {"user":
          {"name": "u", "domain": {"name": "users"}, "password": "p"}}},
          "scope": {"project": {"name": "project", "domain": {"id": "projects"}}}}}
        """);
  }

  @Test
  void anApplicationHasItsOwnCredential() {
    set("OS_AUTH_URL", "https://host/v3", "OS_APPLICATION_CREDENTIAL_ID", "id");
    set("OS_APPLICATION_CREDENTIAL_SECRET", "s", "OS_AUTH_TYPE", "v3applicationcredential");
    assertAsks(
        keystone(),
        """
        {"auth": {"identity": {"methods": ["application_credential"],
          "application_credential": {"secret": "s", "id": "id"}}}}
        """);
  }

  @Test
  void aCloudIsFoundInItsFiles() throws IOException {
    clouds(
        "clouds.yaml",
        """
        clouds:
          other: {auth: {auth_url: "https://other"}}
          mine:
            auth:
              auth_url: https://host/v3
              username: u
              project_id: 0123
              user_domain_name: Default
            region_name: there
            cacert: ~/ca.pem
        """);
    clouds("secure.yaml", "clouds: {mine: {auth: {password: p}}}\n");
    set("OS_CLOUD", "mine", "OS_PASSWORD", "another");
    KeystoneLogin login = keystone();
    assertThat(login.region()).hasValue("there");
    assertThat(login.authorities()).hasValue(home.resolve("ca.pem"));
    assertAsks(
        login,
        """
        {"auth": {"identity": {"methods": ["password"], "password": {"user":
          {"name": "u", "domain": {"name": "Default"}, "password": "p"}}},
          "scope": {"project": {"id": "0123"}}}}
        """);
  }

  @Test
  void whatIsMissingIsNamed() throws IOException {
    assertThatThrownBy(this::login)
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("OS_AUTH_URL")
        .hasMessageContaining("ST_AUTH");
    set("OS_AUTH_URL", "https://host", "OS_USERNAME", "u");
    assertThatThrownBy(this::login)
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("OS_PASSWORD");
    set("OS_CLOUD", "mine");
    assertThatThrownBy(this::login)
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("clouds.yaml");
    clouds("clouds.yaml", "clouds: {other: {}}\n");
    assertThatThrownBy(this::login)
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("\"mine\"");
  }

  @Test
  void brokenFilesAreNotQuoted() throws IOException {
    clouds("clouds.yaml", "clouds: {mine: {auth: {password: secret\n");
    set("OS_CLOUD", "mine");
    assertThatThrownBy(this::login)
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("clouds.yaml")
        .hasMessageNotContaining("secret");
  }
}
