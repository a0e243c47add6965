package org.ekkofs.store.jclouds;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ekkofs.model.NotFoundException;

/** Where Keystone says that Swift is. */
final class Catalog {
  private static final String TYPE = "object-store";

  private Catalog() {}

  /**
   * The address of the account.
   *
   * @param region the region to use; the first one if none is given
   * @param side "public", "internal" or "admin"
   * @throws NotFoundException if there is no object store there
   * @throws IOException if the catalog makes no sense
   */
  static URI storage(JsonObject token, Optional<String> region, String side) throws IOException {
    List<String> found = new ArrayList<>();
    for (JsonElement service : array(token, "catalog")) {
      if (service.isJsonObject() && text(service.getAsJsonObject(), "type").equals(TYPE)) {
        collect(service.getAsJsonObject(), region, side, found);
      }
    }
    if (found.isEmpty()) {
      throw new NotFoundException(
          "the cloud has no object store%s for this project"
              .formatted(region.map(name -> " in region " + name).orElse("")));
    }
    return address(found.get(0));
  }

  private static void collect(
      JsonObject service, Optional<String> region, String side, List<String> found) {
    for (JsonElement element : array(service, "endpoints")) {
      if (element.isJsonObject()) {
        JsonObject endpoint = element.getAsJsonObject();
        boolean there =
            region.isEmpty()
                || region.get().equals(text(endpoint, "region_id"))
                || region.get().equals(text(endpoint, "region"));
        if (there && text(endpoint, "interface").equals(side)) {
          found.add(text(endpoint, "url"));
        }
      }
    }
  }

  private static JsonArray array(JsonObject object, String name) {
    JsonElement element = object.get(name);
    return element != null && element.isJsonArray() ? element.getAsJsonArray() : new JsonArray();
  }

  static String text(JsonObject object, String name) {
    JsonElement element = object.get(name);
    return element != null && element.isJsonPrimitive() ? element.getAsString() : "";
  }

  /** An account's address, as a server has sent it. */
  static URI address(String text) throws IOException {
    try {
      URI address = new URI(text.replaceAll("/+$", ""));
      if (address.getHost() != null && String.valueOf(address.getScheme()).matches("https?")) {
        return address;
      }
    } catch (URISyntaxException e) {
      throw new IOException("the address of the account makes no sense", e);
    }
    throw new IOException("the address of the account makes no sense");
  }
}
