package dev.lamina.cli;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/** Asks the system whether a stream of this process is a terminal. */
final class Terminal {
  static final int STDERR = 2;

  private Terminal() {}

  /**
   * Returns whether a stream is a terminal. Java's own {@code Console.isTerminal} only knows
   * standard input and output, and progress goes to standard error.
   *
   * @param fileDescriptor 0, 1 or 2
   */
  @SuppressWarnings("restricted") // isatty takes and returns an int: nothing can be corrupted.
  static boolean isTerminal(int fileDescriptor) {
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> isatty =
        linker.defaultLookup().find("isatty").or(() -> linker.defaultLookup().find("_isatty"));
    if (isatty.isEmpty()) {
      return false;
    }
    FunctionDescriptor type = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    try {
      return (int) linker.downcallHandle(isatty.get(), type).invokeExact(fileDescriptor) != 0;
    } catch (Throwable e) {
      throw new IllegalStateException("isatty(" + fileDescriptor + ")", e);
    }
  }
}
