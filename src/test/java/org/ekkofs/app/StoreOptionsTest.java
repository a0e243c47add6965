package org.ekkofs.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import org.ekkofs.model.InvalidException;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.RateLimit;
import org.ekkofs.testing.MemoryObjectStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class StoreOptionsTest {
  private static StoreOptions options(String... words) {
    RootCommand root = new RootCommand();
    new CommandLine(root)
        .registerConverter(RateLimit.class, StoreOptions::parseRate)
        .parseArgs(words);
    return root.store;
  }

  @Test
  void limitsAreHandedOn() {
    StoreOptions options = options("--limit-upload", "1M", "--limit-download", "512K");
    assertThat(options.words())
        .containsExactly("--limit-upload", "1048576", "--limit-download", "524288");
    assertThat(options(options.words().toArray(String[]::new)).words()).isEqualTo(options.words());
  }

  @Test
  void aTimeoutIsKeptAndHandedOn() {
    StoreOptions options = options("--timeout", "5");
    assertThat(options.connection().timeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(options.words()).containsExactly("--timeout", "5");
    assertThat(options().connection().timeout()).isEqualTo(Duration.ofSeconds(30));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "3601"})
  void whatIsNoTimeoutIsRefused(String seconds) {
    assertThatThrownBy(() -> options("--timeout", seconds).connection())
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("--timeout must be 1 to 3600 seconds");
  }

  @Test
  void aStoreIsThrottledOnlyWithALimit() {
    ObjectStore store = new MemoryObjectStore();
    assertThat(options().throttled(store)).isSameAs(store);
    assertThat(options("--limit-upload", "1M").throttled(store).parallelism()).isEqualTo(4);
    assertThat(options("--limit-download", "1M").throttled(store).parallelism()).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "1023", "-1", "fast", "10M/s", ""})
  void whatIsNoRateIsRefused(String text) {
    assertThatThrownBy(() -> StoreOptions.parseRate(text)).isInstanceOf(InvalidException.class);
  }

  @Test
  void everyCommandTakesLimits(@TempDir Path folder) {
    CommandLineRunner ekkofs = new CommandLineRunner(folder);
    assertThat(ekkofs.run("--limit-upload", "10M", "init").status()).isZero();
    assertThat(ekkofs.run("ls", "--limit-download", "10M").status()).isZero();
    CommandLineRunner.Result refused = ekkofs.run("ls", "--limit-download", "10");
    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains("1K");
  }
}
