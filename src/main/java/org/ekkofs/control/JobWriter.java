package org.ekkofs.control;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.Names;

/**
 * Takes what is written to a job, in pieces of any length, and hands every line that is complete to
 * it, once it was found to be right. Safe for use by many threads; this object's lock is held while
 * lines are checked, which asks the store.
 */
public final class JobWriter implements AutoCloseable {
  private static final int MAX_LINE_BYTES = 4096;

  private final Job job;
  private final Grammar grammar;
  private final Commands commands;
  private byte[] pending = {};

  JobWriter(Job job, Grammar grammar, Commands commands) {
    this.job = job;
    this.grammar = grammar;
    this.commands = commands;
    job.writerCame();
  }

  /**
   * Takes bytes, all of them or none. Lines they complete are checked and, if all are right,
   * queued.
   *
   * @return false if the job would grow too large
   * @throws EkkofsException what is wrong with the first line that is
   */
  public synchronized boolean write(ByteBuffer source) {
    if (!job.hasRoom(pending.length + source.remaining(), 0)) {
      return tooMuch();
    }
    byte[] all = Arrays.copyOf(pending, pending.length + source.remaining());
    source.get(source.position(), all, pending.length, source.remaining());
    int end = endOfLines(all);
    byte[] rest = Arrays.copyOfRange(all, end, all.length);
    checkLength(rest);
    boolean taken = add(Arrays.copyOf(all, end));
    if (taken) {
      pending = rest;
      source.position(source.limit());
    }
    return taken;
  }

  /**
   * Takes what follows the last newline as a line that is complete.
   *
   * @return false if the job would grow too large
   * @throws EkkofsException what is wrong with it
   */
  public synchronized boolean finish() {
    byte[] last = pending;
    pending = new byte[0];
    return last.length == 0 || add(last);
  }

  private boolean add(byte[] complete) {
    List<JobLine> lines = new ArrayList<>();
    List<Command> before = new ArrayList<>(job.ahead());
    for (byte[] raw : split(complete)) {
      Optional<JobLine> line = line(raw, before);
      line.ifPresent(lines::add);
      line.map(JobLine::command).ifPresent(before::add);
    }
    return lines.isEmpty() || job.add(lines, complete.length) || tooMuch();
  }

  private boolean tooMuch() {
    job.refused("a job takes %d lines and %d bytes".formatted(Job.MAX_LINES, Job.MAX_BYTES));
    return false;
  }

  private Optional<JobLine> line(byte[] raw, List<Command> before) {
    checkLength(raw);
    try {
      String text = decode(raw).strip();
      if (text.isEmpty() || text.startsWith("#")) {
        return Optional.empty();
      }
      Command command = grammar.parse(text);
      commands.check(command, before);
      return Optional.of(new JobLine(text, command));
    } catch (EkkofsException e) {
      throw refused(raw, e);
    }
  }

  private EkkofsException refused(byte[] raw, EkkofsException why) {
    String line = Names.printable(new String(raw, StandardCharsets.UTF_8));
    job.refused(line + ": " + why.getMessage());
    return why;
  }

  private void checkLength(byte[] line) {
    if (line.length > MAX_LINE_BYTES) {
      throw refused(
          line, new InvalidException("a line is longer than " + MAX_LINE_BYTES + " bytes"));
    }
  }

  private static String decode(byte[] raw) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw)).toString();
      if (text.chars().anyMatch(c -> Character.isISOControl(c) && c != '\t')) {
        throw new InvalidException("the line holds control characters");
      }
      return text;
    } catch (CharacterCodingException e) {
      throw new InvalidException("the line is not UTF-8", e);
    }
  }

  private static int endOfLines(byte[] bytes) {
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] != '\n') {
      end--;
    }
    return end;
  }

  private static List<byte[]> split(byte[] lines) {
    List<byte[]> result = new ArrayList<>();
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (byte next : lines) {
      if (next == '\n') {
        result.add(line.toByteArray());
        line.reset();
      } else {
        line.write(next);
      }
    }
    if (line.size() > 0) {
      result.add(line.toByteArray());
    }
    return result;
  }

  /** Takes no more; what was not finished is dropped. */
  @Override
  public void close() {
    job.writerGone();
  }
}
