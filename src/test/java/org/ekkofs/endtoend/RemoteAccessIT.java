package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.ekkofs.testing.DiskImage;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.FaultyHttp;
import org.ekkofs.testing.FaultyHttp.Request;
import org.ekkofs.testing.HttpFault;
import org.ekkofs.testing.S3Server;
import org.ekkofs.testing.SwiftServer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is let in by real servers, and what the others are told. */
@Tag("long")
class RemoteAccessIT {
  private static final int BYTES = 4 << 20;
  private static final String ENDPOINT = "AWS_ENDPOINT_URL";

  @TempDir Path folder;

  private Path disk() {
    return new DiskImage(41, BYTES).writeTo(folder.resolve("disk.raw"));
  }

  @Test
  void wrongCredentialsAreToldFromAMissingBucket() {
    RemotePlace s3 = RemotePlace.s3();
    Ekkofs writer = s3.make(folder);
    writer.run("-r", RemotePlace.s3().address(), "ls").fails(3, "no bucket");
    writer.with("AWS_SECRET_ACCESS_KEY", "wrong").run("ls").fails(5, "credentials");
    writer.with("AWS_ACCESS_KEY_ID", "nobody").run("ls").fails(5, "credentials");
    RemotePlace swift = RemotePlace.swift();
    Ekkofs tester = swift.make(folder);
    tester.run("-r", RemotePlace.swift().address(), "ls").fails(3, "no bucket or container");
    tester.with("ST_KEY", "wrong").run("ls").fails(5, "does not accept");
  }

  @Test
  void credentialsThatExpireAreTold() {
    try (FaultyHttp network = FaultyHttp.before(S3Server.shared().endpoint())) {
      Ekkofs ekkofs = RemotePlace.s3().make(folder).with(ENDPOINT, network.endpoint().toString());
      network.all(HttpFault.EXPIRED, Request::writes);
      ekkofs.run("snapshot", disk().toString(), "web/0").fails(5, "credentials");
      network.heal();
      ekkofs.run("snapshot", disk().toString(), "web/0").ok();
    }
  }

  @Test
  void whoMayOnlyReadS3MountsIt() throws IOException {
    try (FaultyHttp network = FaultyHttp.before(S3Server.shared().endpoint())) {
      Ekkofs writer = RemotePlace.s3().make(folder);
      network.all(HttpFault.ACCESS_DENIED, Request::writes);
      readOnly(writer, writer.with(ENDPOINT, network.endpoint().toString()));
    }
  }

  @Test
  void whoMayOnlyReadSwiftMountsIt() throws IOException {
    RemotePlace place = RemotePlace.swift();
    Ekkofs writer = place.make(folder);
    String container = place.address().replaceAll("swift://([^/]*).*", "$1");
    letRead(writer, container);
    readOnly(writer, writer.with(SwiftServer.shared().readerEnvironment()));
  }

  private static void letRead(Ekkofs ekkofs, String container) {
    String script =
        """
        token=$(curl -sf -D - -o /dev/null -H "X-Auth-User: $ST_USER" -H "X-Auth-Key: $ST_KEY" "$ST_AUTH" \
          | tr -d '\\r' | sed -n 's/^[Xx]-[Aa]uth-[Tt]oken: //p')
        curl -sf -X POST -H "X-Auth-Token: $token" -H 'X-Container-Read: test:reader' "$0"
        """;
    String url = SwiftServer.shared().storageUrl() + "/" + container;
    ekkofs.program("sh", "-c", script, url).ok();
  }

  private void readOnly(Ekkofs writer, Ekkofs reader) throws IOException {
    Path disk = disk();
    writer.run("snapshot", disk.toString(), "web/0").ok();
    Path mnt = Files.createDirectories(folder.resolve("mnt"));
    reader.run("mount", mnt.toString()).ok();
    try {
      assertThat(Files.mismatch(mnt.resolve("web/0.raw"), disk)).isEqualTo(-1);
    } finally {
      reader.run("umount", mnt.toString()).ok();
    }
    assertThat(reader.run("verify").ok().err()).contains("could not be recorded");
    reader.run("snapshot", disk.toString(), "web/1").fails(5, "may not");
    reader.run("delete", "web/0").fails(5, "may not");
  }

  @Test
  void aServerWithAPrivateAuthorityIsTrustedIfToldSo() {
    S3Server server = S3Server.shared();
    RemotePlace place = RemotePlace.s3(server.tlsEnvironment());
    String authority = server.authority().toString();
    Ekkofs ekkofs = place.host(folder);
    ekkofs.run("init").fails(5, "certificate");
    ekkofs.run("--cacert", authority, "init").ok();
    ekkofs.run("--cacert", authority, "snapshot", disk().toString(), "web/0").ok();
    ekkofs.run("ls").fails(5, "certificate");
    ekkofs.run("--cacert", authority, "verify", "--read-data").ok();
  }

  @Test
  void aClockThatIsWrongIsTold() {
    Ekkofs ekkofs = RemotePlace.s3().make(folder);
    Map<String, String> skewed = Map.of("FAKETIME", "+3h", "FAKETIME_DONT_FAKE_MONOTONIC", "1");
    String library = fakeTime();
    ekkofs.with(skewed).with("LD_PRELOAD", library).run("ls").fails(5, "clock");
  }

  private String fakeTime() {
    String find = "find /usr/lib -name libfaketime.so.1 | head -n 1";
    String library = new Ekkofs(folder, folder).program("sh", "-c", find).ok().out().strip();
    Assumptions.assumeFalse(library.isEmpty(), "faketime is not installed");
    return library;
  }

  /** As any tool may put files into a bucket. */
  @Test
  void aFolderThatWasUploadedIsARepository() throws IOException {
    Path repository = folder.resolve("repository");
    Ekkofs here = new Ekkofs(repository, folder.resolve("scratch"));
    here.run("init").ok();
    here.run("snapshot", disk().toString(), "web/0").ok();
    RemotePlace place = RemotePlace.s3();
    Ekkofs there = place.make(folder.resolve("there"));
    upload(there, repository, place.address().substring("s3://".length()));
    Path restored = folder.resolve("restored.raw");
    there.run("restore", "web/0", restored.toString()).ok();
    assertThat(Files.mismatch(restored, disk())).isEqualTo(-1);
    there.run("snapshot", disk().toString(), "web/1", "--parent", "web/0").ok();
    there.run("verify", "--read-data").ok();
  }

  private static void upload(Ekkofs ekkofs, Path repository, String bucket) throws IOException {
    List<String> words =
        new ArrayList<>(
            List.of("curl", "-sSf", "--noproxy", "*", "--aws-sigv4", "aws:amz:us-east-1:s3"));
    words.addAll(List.of("-u", "writer:writing", "-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD"));
    try (Stream<Path> files = Files.walk(repository)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String key = repository.relativize(file).toString();
        if (!key.startsWith(".")) {
          String url = "%s/%s/%s".formatted(S3Server.shared().endpoint(), bucket, key);
          words.addAll(List.of("-T", file.toString(), url));
        }
      }
    }
    ekkofs.program(words.toArray(String[]::new)).ok();
  }
}
