package org.ekkofs.model;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Why a file could not be used, in words: Java's messages often name the file and no more. */
public final class Causes {
  private Causes() {}

  /** The reason without the name of the file, fit to end a line with; never empty. */
  public static String of(IOException failure) {
    if (failure instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (failure instanceof NoSuchFileException) {
      return "no such file or directory";
    }
    if (failure instanceof FileAlreadyExistsException) {
      return "something else of this name is in the way";
    }
    String message =
        failure instanceof FileSystemException known ? known.getReason() : failure.getMessage();
    if (message == null || message.isBlank()) {
      return failure.getClass().getSimpleName();
    }
    return failure instanceof FileNotFoundException ? inBrackets(message) : message;
  }

  /** Of "FILE (REASON)" the reason. */
  private static String inBrackets(String message) {
    int open = message.lastIndexOf('(');
    return open >= 0 && message.endsWith(")")
        ? message.substring(open + 1, message.length() - 1)
        : message;
  }
}
