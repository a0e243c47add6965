package org.ekkofs.app;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** Which ekkofs this is, and on which Java it runs. */
final class Version implements IVersionProvider {
  /** The version of this build; {@code unpackaged} outside its jar. */
  static String number() {
    return Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
        .orElse("unpackaged");
  }

  @Override
  public String[] getVersion() {
    return new String[] {"ekkofs " + number() + " (Java " + Runtime.version() + ")"};
  }
}
