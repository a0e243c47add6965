package org.ekkofs.app;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.Set;
import org.ekkofs.encryption.KeyRing;
import org.ekkofs.encryption.Secret;
import org.ekkofs.format.KeyDescription;
import org.ekkofs.model.AlreadyExistsException;
import org.ekkofs.model.Causes;
import org.ekkofs.model.FailedException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code key add}: one more passphrase or key file. */
@Command(
    name = "add",
    header = "Add a passphrase, or a key file, that opens the repository.",
    description = {
      "Asks for one that opens it already, then for the new one ($EKKOFS_NEW_PASSWORD,",
      "$EKKOFS_NEW_PASSWORD_FILE, or a prompt)."
    },
    footer = {"", "Example:", "  ekkofs key add --label server --new-key-file /etc/ekkofs.key"})
final class KeyAddCommand implements Action {
  @Option(names = "--label", paramLabel = "TEXT", description = "What to call it. Not secret.")
  private String label = "";

  @Option(
      names = "--new-key-file",
      paramLabel = "FILE",
      description = "Make a key file there, readable for its owner only, instead of a passphrase.")
  private Optional<Path> newKeyFile = Optional.empty();

  @Override
  public void run(Context context) {
    try (KeyAccess access = KeyAccess.open(context)) {
      KeyRing.Unlocked unlocked = access.unlock();
      KeyDescription key =
          newKeyFile.isPresent()
              ? addFile(context, access, unlocked, newKeyFile.get())
              : add(context, access, unlocked, new Secrets(context).further());
      context.say("added key " + key.id());
    }
  }

  private KeyDescription add(
      Context context, KeyAccess access, KeyRing.Unlocked unlocked, Secret secret) {
    return access
        .ring()
        .add(unlocked.master(), secret, label, KeyAccess.host(), context.clock().instant());
  }

  /** The file is there, durably, before its key is. */
  private KeyDescription addFile(
      Context context, KeyAccess access, KeyRing.Unlocked unlocked, Path file) {
    byte[] content = new byte[Secret.KeyFile.MIN_BYTES];
    new SecureRandom().nextBytes(content);
    write(file, content);
    try {
      return add(context, access, unlocked, new Secret.KeyFile(content));
    } catch (RuntimeException e) {
      delete(file, e);
      throw e;
    }
  }

  private static void write(Path file, byte[] content) {
    try (FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    } catch (FileAlreadyExistsException e) {
      throw new AlreadyExistsException("there is a file " + file + " already");
    } catch (IOException e) {
      throw new FailedException("cannot write " + file + ": " + Causes.of(e), e);
    }
  }

  private static void delete(Path file, RuntimeException failure) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
