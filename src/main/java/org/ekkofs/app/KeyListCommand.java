package org.ekkofs.app;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.List;
import org.ekkofs.encryption.KeyRing;
import org.ekkofs.format.KeyDescription;
import org.ekkofs.format.KeyDescription.OfPassphrase;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code key list}: what opens an encrypted repository. */
@Command(
    name = "list",
    header = "List the keys: what they say of themselves. Needs no passphrase.",
    footer = {"", "Example:", "  ekkofs key list --json"})
final class KeyListCommand implements Action {
  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public void run(Context context) {
    try (KeyAccess access = KeyAccess.open(context)) {
      KeyRing.Contents contents = access.ring().read();
      contents.damaged().forEach(name -> context.warn("keys/" + name + " is damaged"));
      if (json) {
        Json.print(context.out(), json(contents.descriptions()));
      } else {
        table(context, contents.descriptions()).print(context.out());
      }
    }
  }

  private static String kind(KeyDescription key) {
    return key.derivation() instanceof OfPassphrase ? "passphrase" : "file";
  }

  private static ArrayNode json(List<KeyDescription> keys) {
    ArrayNode array = Json.array();
    for (KeyDescription key : keys) {
      array
          .addObject()
          .put("id", key.id())
          .put("kind", kind(key))
          .put("label", key.label())
          .put("host", key.host())
          .put("created", key.created().toString());
    }
    return array;
  }

  private static Table table(Context context, List<KeyDescription> keys) {
    Table table =
        new Table(
            List.of(
                Table.Column.left("KEY"),
                Table.Column.left("KIND"),
                Table.Column.left("MADE"),
                Table.Column.left("HOST"),
                Table.Column.left("LABEL")));
    for (KeyDescription key : keys) {
      table.add(
          List.of(
              key.id(),
              kind(key),
              Times.format(key.created(), context.zone()),
              Failures.oneLine(key.host()),
              Failures.oneLine(key.label())));
    }
    return table;
  }
}
