package org.ekkofs.source.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.RefusedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is asked of a machine, by one that only remembers which nodes it has. */
class LiveBackupTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String GREETING = "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\n";

  @TempDir Path folder;
  private final List<String> nodes = new CopyOnWriteArrayList<>();
  private volatile String job = "";
  private ScriptedSocket monitor;

  @BeforeEach
  void listen() throws IOException {
    monitor =
        new ScriptedSocket(folder.resolve("s"), GREETING, line -> Optional.of(answer(line) + "\n"));
  }

  @AfterEach
  void hangUp() {
    monitor.close();
  }

  private String answer(String line) {
    try {
      JsonNode command = JSON.readTree(line);
      String result = result(command.path("execute").asText(), command.path("arguments"));
      return "{\"id\": %s, \"return\": %s}".formatted(command.path("id"), result);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String result(String command, JsonNode arguments) {
    switch (command) {
      case "blockdev-create" -> job = arguments.path("job-id").asText();
      case "job-dismiss" -> job = "";
      case "blockdev-add" -> nodes.add(arguments.path("node-name").asText());
      case "blockdev-del" -> nodes.remove(arguments.path("node-name").asText());
      default -> {
        return switch (command) {
          case "query-block-exports" -> "[]";
          case "query-jobs" ->
              job.isEmpty() ? "[]" : "[{\"id\": \"%s\", \"status\": \"concluded\"}]".formatted(job);
          case "query-named-block-nodes" ->
              nodes.stream()
                  .map("{\"node-name\": \"%s\", \"image\": {\"virtual-size\": 65536}}"::formatted)
                  .collect(Collectors.joining(",", "[", "]"));
          default -> "{}";
        };
      }
    }
    return "{}";
  }

  private LiveBackup begin(int disks, Consumer<LiveStep> reached) throws IOException {
    IntStream.range(0, disks).forEach(disk -> nodes.add("disk" + disk));
    List<LiveDisk> wishes =
        IntStream.range(0, disks).mapToObj(disk -> wish("disk" + disk, disk)).toList();
    Path scratch = Files.createDirectory(folder.resolve("scratch"));
    return LiveBackup.begin(
        monitor.path(), wishes, new LiveOptions(Optional.empty(), scratch), reached);
  }

  private static LiveDisk wish(String node, int number) {
    byte[] id = new byte[BackupId.BYTES];
    id[0] = (byte) number;
    return new LiveDisk(node, BackupId.fromBytes(id), ids -> Optional.empty());
  }

  @Test
  void whoeverComesMeanwhileThroughAnotherMonitorIsLeftAlone() {
    String other = "ekkofs-ffffffff-000";
    assertThatThrownBy(
            () ->
                begin(
                        1,
                        step -> {
                          if (step == LiveStep.OVERLAY_MADE) {
                            nodes.add(other);
                          }
                        })
                    .close())
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("by another ekkofs");

    assertThat(monitor.heard).noneMatch(line -> line.contains("transaction"));
    assertThat(nodes).containsExactly("disk0", other);
  }

  @Test
  void aDiskIsLetGoWithoutThoseWhoseNumbersBeginLikeIts() throws IOException {
    try (LiveBackup backup = begin(12, step -> {})) {
      backup.release(backup.disks().get(1), true);
      assertThat(nodes).filteredOn(node -> node.startsWith("ekkofs-")).hasSize(2 * 11);
    }
    assertThat(nodes).hasSize(12);
  }
}
