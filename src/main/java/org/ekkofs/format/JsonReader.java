package org.ekkofs.format;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.Digest;
import org.ekkofs.model.Names;

/**
 * The fields of one JSON object, each read once and checked; what was not read must not be there.
 * Every failure is a {@link CorruptException}. For one thread.
 */
final class JsonReader {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private static final ObjectWriter WRITER =
      MAPPER.writer(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));
  private static final int MAX_TEXT = 255;

  private final JsonNode object;
  private final Set<String> unread = new LinkedHashSet<>();

  private JsonReader(JsonNode object) {
    this.object = object;
    for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
      unread.add(names.next());
    }
  }

  static ObjectNode newObject() {
    return MAPPER.createObjectNode();
  }

  /** The object as UTF-8 that people can read, ending with a newline. */
  static byte[] write(ObjectNode object) {
    try {
      return (WRITER.writeValueAsString(object) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of JSON nodes can always be written", e);
    }
  }

  /** Reads one object and nothing after it. */
  static JsonReader parse(byte[] bytes, int maxBytes) {
    if (bytes.length > maxBytes) {
      throw new CorruptException("it is longer than " + maxBytes + " bytes");
    }
    try {
      JsonNode node = MAPPER.readTree(bytes);
      if (node == null || !node.isObject()) {
        throw new CorruptException("it is not a JSON object");
      }
      return new JsonReader(node);
    } catch (IOException e) {
      throw new CorruptException("it is not JSON", e);
    }
  }

  boolean has(String name) {
    return object.has(name);
  }

  JsonReader object(String name) {
    JsonNode node = field(name);
    if (!node.isObject()) {
      throw wrong(name);
    }
    return new JsonReader(node);
  }

  /** A text of at most 255 characters. */
  String text(String name) {
    JsonNode node = field(name);
    if (!node.isTextual() || node.textValue().length() > MAX_TEXT) {
      throw wrong(name);
    }
    return node.textValue();
  }

  /** A list of texts, each of at most 255 characters. */
  List<String> texts(String name, int maxCount) {
    JsonNode node = field(name);
    if (!node.isArray() || node.size() > maxCount) {
      throw wrong(name);
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode element : node) {
      if (!element.isTextual() || element.textValue().length() > MAX_TEXT) {
        throw wrong(name);
      }
      texts.add(element.textValue());
    }
    return texts;
  }

  boolean flag(String name) {
    JsonNode node = field(name);
    if (!node.isBoolean()) {
      throw wrong(name);
    }
    return node.booleanValue();
  }

  /** A whole number, not negative. */
  long number(String name) {
    JsonNode node = field(name);
    if (!node.isIntegralNumber() || !node.canConvertToLong() || node.longValue() < 0) {
      throw wrong(name);
    }
    return node.longValue();
  }

  /** A whole number, not negative, that fits an int. */
  int smallNumber(String name) {
    long number = number(name);
    if (number > Integer.MAX_VALUE) {
      throw wrong(name);
    }
    return (int) number;
  }

  UUID uuid(String name) {
    return BackupId.parse(text(name)).value();
  }

  Optional<UUID> optionalUuid(String name) {
    return has(name) ? Optional.of(uuid(name)) : Optional.empty();
  }

  Digest digest(String name) {
    return Digest.parse(text(name));
  }

  Instant instant(String name) {
    try {
      return Instant.parse(text(name));
    } catch (DateTimeException e) {
      throw wrong(name, e);
    }
  }

  /** To be called when every field has been read. */
  void end() {
    if (!unread.isEmpty()) {
      throw new CorruptException(
          "it has an unknown field \"" + Names.printable(unread.iterator().next()) + "\"");
    }
  }

  private JsonNode field(String name) {
    JsonNode node = object.get(name);
    if (node == null) {
      throw new CorruptException("it has no field \"" + name + "\"");
    }
    unread.remove(name);
    return node;
  }

  private static CorruptException wrong(String name) {
    return new CorruptException("its field \"" + name + "\" is not valid");
  }

  private static CorruptException wrong(String name, Throwable cause) {
    return new CorruptException("its field \"" + name + "\" is not valid", cause);
  }
}
