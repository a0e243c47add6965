package org.ekkofs.app;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.ekkofs.encryption.Secret;
import org.ekkofs.model.Causes;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.RefusedException;

/**
 * Where passphrases and key files come from: the environment, a terminal, or the process that
 * started this one. Never from arguments, which everybody on the machine can see.
 */
final class Secrets {
  private static final String PASSWORD = "EKKOFS_PASSWORD";
  private static final String PASSWORD_FILE = "EKKOFS_PASSWORD_FILE";
  private static final String KEY_FILE = "EKKOFS_KEY_FILE";
  private static final String NEW_PASSWORD = "EKKOFS_NEW_PASSWORD";
  private static final String NEW_PASSWORD_FILE = "EKKOFS_NEW_PASSWORD_FILE";

  /** The variables that hold a secret, or say where one is. */
  static final List<String> VARIABLES =
      List.of(PASSWORD, PASSWORD_FILE, KEY_FILE, NEW_PASSWORD, NEW_PASSWORD_FILE);

  /** Tells a process in the background whether a secret was given to the one that started it. */
  static final String GIVEN = "EKKOFS_SECRET_GIVEN";

  /** What a process in the background says when it needs it. */
  static final String WANTED = "secret wanted";

  private static final int MAX_FILE_BYTES = 4096;

  private final Context context;

  Secrets(Context context) {
    this.context = context;
  }

  /** Whether a variable holds a secret for ekkofs, or says where one is. */
  static boolean isSecret(String variable) {
    return VARIABLES.contains(variable)
        || VARIABLES.contains(variable.replaceFirst("^EKKOFS_TO_", "EKKOFS_"));
  }

  /** Whether the environment has, or names, a secret. */
  boolean areGiven() {
    return Stream.of(PASSWORD, PASSWORD_FILE, KEY_FILE, GIVEN)
        .anyMatch(name -> context.environment(name).isPresent());
  }

  /**
   * The secret that opens the repository.
   *
   * @throws RefusedException if there is none, and nobody who could be asked
   */
  Secret current() {
    if (context.inBackground()) {
      return fromStarter();
    }
    return given()
        .orElseGet(() -> ask("Passphrase of " + context.location() + ": ", Optional.empty()));
  }

  /** The secret that is to open a repository that is being made; asked for twice. */
  Secret first() {
    return given().orElseGet(this::askNew);
  }

  /** A further passphrase; asked for twice. */
  Secret further() {
    requireOne(List.of(NEW_PASSWORD, NEW_PASSWORD_FILE));
    return context
        .environment(NEW_PASSWORD)
        .or(() -> context.environment(NEW_PASSWORD_FILE).map(Secrets::firstLine))
        .<Secret>map(Secret.Passphrase::new)
        .orElseGet(this::askNew);
  }

  private Optional<Secret> given() {
    requireOne(List.of(PASSWORD, PASSWORD_FILE, KEY_FILE));
    return context
        .environment(PASSWORD)
        .or(() -> context.environment(PASSWORD_FILE).map(Secrets::firstLine))
        .<Secret>map(Secret.Passphrase::new)
        .or(() -> context.environment(KEY_FILE).map(Secrets::keyFile));
  }

  private void requireOne(List<String> names) {
    List<String> set =
        names.stream().filter(name -> context.environment(name).isPresent()).toList();
    if (set.size() > 1) {
      throw new RefusedException("set only one of " + String.join(" and ", set));
    }
  }

  private Secret askNew() {
    return ask("New passphrase: ", Optional.of("The same again: "));
  }

  private Secret ask(String question, Optional<String> again) {
    Terminal found =
        Terminal.open()
            .orElseThrow(
                () ->
                    new RefusedException(
                        "a passphrase is needed: set %s, or name a file with it in %s or a key file in %s"
                            .formatted(PASSWORD, PASSWORD_FILE, KEY_FILE)));
    try (Terminal terminal = found) {
      String typed = terminal.askHidden(question);
      if (again.isPresent() && !terminal.askHidden(again.get()).equals(typed)) {
        throw new RefusedException("the two passphrases are not the same");
      }
      return new Secret.Passphrase(typed);
    }
  }

  private static String firstLine(String file) {
    byte[] bytes = read(file);
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      String line = text.split("\n", 2)[0];
      return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    } catch (CharacterCodingException e) {
      throw new RefusedException("the passphrase in " + file + " is not UTF-8", e);
    }
  }

  private static Secret keyFile(String file) {
    return new Secret.KeyFile(read(file));
  }

  private static byte[] read(String file) {
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
      if (bytes.length > MAX_FILE_BYTES) {
        throw new RefusedException(file + " is too long for a passphrase or key");
      }
      return bytes;
    } catch (IOException e) {
      throw new FailedException("cannot read " + file + ": " + Causes.of(e), e);
    }
  }

  private Secret fromStarter() {
    context.out().println(WANTED);
    context.out().flush();
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(
                new FileInputStream(FileDescriptor.in), StandardCharsets.US_ASCII))) {
      String line = in.readLine();
      if (line == null) {
        throw new FailedException("the process that started this one gave no secret");
      }
      return Secret.ofLine(line);
    } catch (IOException e) {
      throw new FailedException("cannot read the secret: " + e.getMessage(), e);
    }
  }
}
