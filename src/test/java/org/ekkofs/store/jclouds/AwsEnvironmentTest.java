package org.ekkofs.store.jclouds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.ekkofs.model.InvalidException;
import org.ekkofs.store.ConnectionSettings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AwsEnvironmentTest {
  @TempDir Path home;
  private final Map<String, String> variables = new HashMap<>();

  @BeforeEach
  void beAtHome() {
    variables.put("HOME", home.toString());
  }

  private S3Access access() {
    return access(ConnectionSettings.DEFAULT);
  }

  private S3Access access(ConnectionSettings settings) {
    return AwsEnvironment.access(new Environment(variables), settings);
  }

  private void credentials() {
    variables.put("AWS_ACCESS_KEY_ID", "id");
    variables.put("AWS_SECRET_ACCESS_KEY", "secret");
  }

  private void write(String file, String text) throws IOException {
    Path path = home.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  @Test
  void variablesAloneMeanAmazon() {
    credentials();
    variables.put("AWS_SESSION_TOKEN", "token");
    variables.put("AWS_REGION", "eu-central-1");
    S3Access access = access();
    assertThat(access.endpoint()).isEqualTo(URI.create("https://s3.eu-central-1.amazonaws.com"));
    assertThat(access.isAmazon()).isTrue();
    assertThat(access.accessKey()).isEqualTo("id");
    assertThat(access.secretKey()).isEqualTo("secret");
    assertThat(access.sessionToken()).hasValue("token");
  }

  @Test
  void withoutARegionItIsTheFirstOne() {
    credentials();
    assertThat(access().region()).isEqualTo("us-east-1");
  }

  @Test
  void nothingSecretIsInItsText() {
    credentials();
    variables.put("AWS_SESSION_TOKEN", "token");
    assertThat(access().toString()).doesNotContain("secret", "token");
    assertThat(new Environment(variables).toString()).doesNotContain("secret", "token");
  }

  @Test
  void optionsComeBeforeVariablesAndThoseBeforeFiles() throws IOException {
    credentials();
    write(
        ".aws/config", "[default]\nregion = file-1\nendpoint_url=http://file\nca_bundle = ~/ca\n");
    assertThat(access().region()).isEqualTo("file-1");
    assertThat(access().endpoint()).isEqualTo(URI.create("http://file"));
    assertThat(access().authorities()).hasValue(home.resolve("ca"));
    variables.put("AWS_DEFAULT_REGION", "variable-1");
    variables.put("AWS_ENDPOINT_URL", "http://variable");
    variables.put("AWS_CA_BUNDLE", "/variable");
    assertThat(access().region()).isEqualTo("variable-1");
    assertThat(access().endpoint()).isEqualTo(URI.create("http://variable"));
    assertThat(access().authorities()).hasValue(Path.of("/variable"));
    variables.put("AWS_ENDPOINT_URL_S3", "http://variable-for-s3");
    assertThat(access().endpoint()).isEqualTo(URI.create("http://variable-for-s3"));
    S3Access access =
        access(
            new ConnectionSettings(
                Optional.of(URI.create("https://option:9000")),
                Optional.of("option-1"),
                Optional.of(Path.of("/option")),
                1,
                ConnectionSettings.DEFAULT.timeout()));
    assertThat(access.region()).isEqualTo("option-1");
    assertThat(access.endpoint()).isEqualTo(URI.create("https://option:9000"));
    assertThat(access.authorities()).hasValue(Path.of("/option"));
  }

  @Test
  void profilesAreFoundInBothFiles() throws IOException {
    write(
        ".aws/credentials",
        """
        # mine
        [default]
        aws_access_key_id = other
        aws_secret_access_key = other
        [backup]
        aws_access_key_id=id
        aws_secret_access_key = se=cret
        aws_session_token = token
        """);
    write(
        ".aws/config",
        """
        [profile backup]
        region = eu-west-1
        s3 =
          addressing_style = path
        [default]
        region = us-west-2
        """);
    assertThat(access().accessKey()).isEqualTo("other");
    variables.put("AWS_PROFILE", "backup");
    S3Access access = access();
    assertThat(access.accessKey()).isEqualTo("id");
    assertThat(access.secretKey()).isEqualTo("se=cret");
    assertThat(access.sessionToken()).hasValue("token");
    assertThat(access.region()).isEqualTo("eu-west-1");
  }

  /** A token of the file belongs to the key of the file. */
  @Test
  void keysAndTokensOfTwoPlacesAreNotMixed() throws IOException {
    credentials();
    write(".aws/credentials", "[default]\naws_session_token = token\n");
    assertThat(access().sessionToken()).isEmpty();
  }

  @Test
  void filesMayLieElsewhere() throws IOException {
    write("a", "[default]\naws_access_key_id = id\naws_secret_access_key = secret\n");
    write("b", "[default]\nregion = there-1\n");
    variables.put("AWS_SHARED_CREDENTIALS_FILE", home.resolve("a").toString());
    variables.put("AWS_CONFIG_FILE", home.resolve("b").toString());
    assertThat(access().accessKey()).isEqualTo("id");
    assertThat(access().region()).isEqualTo("there-1");
  }

  @Test
  void whatIsMissingIsNamed() {
    assertThatThrownBy(this::access)
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("AWS_ACCESS_KEY_ID")
        .hasMessageContaining("AWS_SECRET_ACCESS_KEY");
    variables.put("AWS_PROFILE", "nobody");
    assertThatThrownBy(this::access)
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("nobody");
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    credentials();
    variables.put("AWS_ENDPOINT_URL", "somewhere");
    assertThatThrownBy(this::access)
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("AWS_ENDPOINT_URL");
    variables.put("AWS_ENDPOINT_URL", "https://user:secret@host");
    assertThatThrownBy(this::access)
        .isInstanceOf(InvalidException.class)
        .hasMessageNotContaining("secret");
    variables.remove("AWS_ENDPOINT_URL");
    variables.put("AWS_REGION", "x/../y");
    assertThatThrownBy(this::access).isInstanceOf(InvalidException.class);
  }
}
