package org.ekkofs.log.postgresql;

import java.io.FileNotFoundException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.StoreUnavailableException;

/** What the errors of a database mean. */
final class SqlFailures {
  private static final Set<String> NO_ENTRY = Set.of("28000", "28P01", "08004");
  private static final String NO_DATABASE = "3D000";
  private static final String NO_TABLE = "42P01";
  private static final String NO_PERMISSION = "42501";

  /** Of statements and values: what is wrong with them is so the next time as well. */
  private static final Set<String> PERMANENT = Set.of("0A", "22", "23", "42", "3F");

  private SqlFailures() {}

  /** The error to tell; unavailable unless it is known to be something else. */
  static EkkofsException of(String database, SQLException e) {
    String state = Optional.ofNullable(e.getSQLState()).orElse("");
    String said = firstLine(e);
    if (NO_ENTRY.contains(state)) {
      return new RefusedException(
          "%s does not let this user in: %s; set PGUSER, and PGPASSWORD or ~/.pgpass"
              .formatted(database, said),
          e);
    }
    if (isDistrusted(e)) {
      return new RefusedException(
          "%s has a certificate that is not trusted; name that of its authority by PGSSLROOTCERT: %s"
              .formatted(database, said),
          e);
    }
    return switch (state) {
      case NO_DATABASE -> new RefusedException("%s: %s".formatted(database, said), e);
      case NO_TABLE ->
          new RefusedException(
              "%s has no table ekkofs_log; if it was lost, \"ekkofs log rebuild\" makes it from the store"
                  .formatted(database),
              e);
      case NO_PERMISSION ->
          new RefusedException("%s does not allow this: %s".formatted(database, said), e);
      default ->
          state.length() == 5 && PERMANENT.contains(state.substring(0, 2))
              ? new FailedException("%s: %s (%s)".formatted(database, said, state), e)
              : new StoreUnavailableException("%s: %s".formatted(database, said), e);
    };
  }

  /** Whether the connection may be of no more use. */
  static boolean isBroken(SQLException e) {
    String state = Optional.ofNullable(e.getSQLState()).orElse("");
    return state.length() != 5 || !PERMANENT.contains(state.substring(0, 2));
  }

  /** The file that is not found is that of the authority. */
  private static boolean isDistrusted(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateException
          || cause instanceof CertPathBuilderException
          || cause instanceof FileNotFoundException) {
        return true;
      }
    }
    return false;
  }

  private static String firstLine(SQLException e) {
    return String.valueOf(e.getMessage()).strip().lines().findFirst().orElse("no answer");
  }
}
