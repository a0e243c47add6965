package org.ekkofs.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class OverlayTest {
  @Test
  void withoutWordOfTheDestinationAllIsAsItIs() {
    Map<String, String> environment =
        Map.of("AWS_PROFILE", "here", "EKKOFS_PASSWORD", "secret", "HOME", "/root");
    assertThat(Overlay.of(environment)).isEqualTo(environment);
  }

  @Test
  void oneVariableReplacesItsFamilyAndNoOther() {
    Map<String, String> there =
        Overlay.of(
            Map.of(
                "AWS_ACCESS_KEY_ID", "a",
                "AWS_SECRET_ACCESS_KEY", "b",
                "AWS_SESSION_TOKEN", "c",
                "OS_PASSWORD", "d",
                "EKKOFS_TO_AWS_PROFILE", "offsite"));
    assertThat(there)
        .containsEntry("AWS_PROFILE", "offsite")
        .containsEntry("OS_PASSWORD", "d")
        .doesNotContainKeys("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN");
  }

  @Test
  void aDestinationThatIsNotEncryptedHasNoSecret() {
    Map<String, String> environment =
        Map.of("EKKOFS_KEY_FILE", "/here", "EKKOFS_TO_PASSWORD", "there", "TZ", "UTC");
    assertThat(Overlay.withoutSecrets(environment))
        .doesNotContainKeys("EKKOFS_KEY_FILE", "EKKOFS_PASSWORD")
        .containsEntry("TZ", "UTC");
  }

  @Test
  void theDatabaseOfTheSourceIsNotThatOfTheDestination() {
    assertThat(Overlay.of(Map.of("EKKOFS_LOG", "here"))).isEmpty();
    assertThat(Overlay.of(Map.of("EKKOFS_LOG", "here", "EKKOFS_TO_LOG", "there")))
        .containsEntry("EKKOFS_LOG", "there");
  }

  @Test
  void swiftIsToldOfInOneWayOnly() {
    Map<String, String> there =
        Overlay.of(Map.of("OS_CLOUD", "here", "ST_USER", "here", "EKKOFS_TO_ST_AUTH", "there"));
    assertThat(there).containsEntry("ST_AUTH", "there").doesNotContainKeys("OS_CLOUD", "ST_USER");
  }

  @Test
  void theDestinationHasItsOwnSecret() {
    Map<String, String> there =
        Overlay.of(Map.of("EKKOFS_PASSWORD", "here", "EKKOFS_TO_KEY_FILE", "/there"));
    assertThat(there)
        .containsEntry("EKKOFS_KEY_FILE", "/there")
        .doesNotContainKey("EKKOFS_PASSWORD");
    assertThat(Overlay.of(Map.of("EKKOFS_PASSWORD", "both", "EKKOFS_TO_KEY_FILE", "")))
        .containsEntry("EKKOFS_PASSWORD", "both");
  }
}
