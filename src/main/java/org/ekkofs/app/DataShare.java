package org.ekkofs.app;

import java.util.Map;
import java.util.Stack;
import java.util.regex.Pattern;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.Names;
import org.ekkofs.model.Verdict;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/** How much of the data to read: {@code 5} or {@code 5%}. */
record DataShare(int percent) {
  private static final Pattern PERCENT = Pattern.compile("([0-9]{1,3})%?");

  /**
   * Reads a percentage from 1 to 100.
   *
   * @throws InvalidException if it is anything else
   */
  static DataShare parse(String text) {
    var matcher = PERCENT.matcher(text);
    int percent = matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
    if (percent < 1 || percent > Verdict.ALL) {
      throw new InvalidException(
          "\"%s\" is not how much to read: write a percentage from 1 to 100, as in --read-data=5%%"
              .formatted(Names.printable(text)));
    }
    return new DataShare(percent);
  }

  /** For picocli. */
  static final class Converter implements ITypeConverter<DataShare> {
    @Override
    public DataShare convert(String text) {
      return parse(text);
    }
  }

  /** Takes only what follows an equals sign: the next word is another parameter. */
  static final class Attached implements IParameterPreprocessor {
    // Picocli hands over its own stack.
    @SuppressWarnings("JdkObsolete")
    @Override
    public boolean preprocess(
        Stack<String> words, CommandSpec command, ArgSpec option, Map<String, Object> found) {
      if (!"=".equals(found.get("separator"))) {
        words.push(Integer.toString(Verdict.ALL));
      }
      return false;
    }
  }
}
