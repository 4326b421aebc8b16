package dev.lamina.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** The functions of the library that runs device functions on the processor. */
@SuppressWarnings("restricted") // binding a library is what this class is for
final class EmulationLibrary {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout ADDRESS = ValueLayout.ADDRESS;

  private final SymbolLookup symbols;
  private final MethodHandle open;
  private final MethodHandle close;
  private final MethodHandle allocate;
  private final MethodHandle free;
  private final MethodHandle copy;
  private final MethodHandle launch;
  private final MethodHandle functions;
  private final MethodHandle freeMemory;
  private final MethodHandle message;

  /**
   * Loads the library for as long as the process runs.
   *
   * @param file the shared library
   */
  EmulationLibrary(Path file) {
    symbols = SymbolLookup.libraryLookup(file, Arena.global());
    open = handle("emulation_open", FunctionDescriptor.of(ADDRESS, LONG, LONG, INT));
    close = handle("emulation_close", FunctionDescriptor.ofVoid(ADDRESS));
    allocate = handle("emulation_allocate", FunctionDescriptor.of(LONG, ADDRESS, LONG));
    free = handle("emulation_free", FunctionDescriptor.of(INT, ADDRESS, LONG));
    copy = handle("emulation_copy", FunctionDescriptor.of(INT, ADDRESS, LONG, LONG, LONG));
    launch =
        handle(
            "emulation_launch",
            FunctionDescriptor.of(INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, INT, ADDRESS));
    functions = handle("emulation_functions", FunctionDescriptor.of(LONG, ADDRESS, LONG));
    freeMemory = handle("emulation_free_memory", FunctionDescriptor.of(LONG, ADDRESS));
    message = handle("emulation_message", FunctionDescriptor.of(ADDRESS, ADDRESS));
  }

  private MethodHandle handle(String name, FunctionDescriptor type) {
    return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), type);
  }

  MemorySegment open(long memoryBytes, long seed, int threads) {
    try {
      return (MemorySegment) open.invokeExact(memoryBytes, seed, threads);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  void close(MemorySegment device) {
    try {
      close.invokeExact(device);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  long allocate(MemorySegment device, long bytes) {
    try {
      return (long) allocate.invokeExact(device, bytes);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int free(MemorySegment device, long address) {
    try {
      return (int) free.invokeExact(device, address);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int copy(MemorySegment device, long to, long from, long bytes) {
    try {
      return (int) copy.invokeExact(device, to, from, bytes);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int launch(MemorySegment device, String function, LaunchShape shape, MemorySegment parameters) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment grid = arena.allocateFrom(INT, shape.gridX(), shape.gridY(), shape.gridZ());
      MemorySegment block = arena.allocateFrom(INT, shape.blockX(), shape.blockY(), 1);
      return (int)
          launch.invokeExact(
              device, arena.allocateFrom(function), grid, block, shape.sharedBytes(), parameters);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Returns the names of the device functions, one a line. */
  String functions() {
    try (Arena arena = Arena.ofConfined()) {
      long size = 1 << 16;
      MemorySegment buffer = arena.allocate(size);
      long needed = (long) functions.invokeExact(buffer, size);
      if (needed > size) {
        throw new IllegalStateException(
            "the emulation's list of functions has " + needed + " bytes");
      }
      return buffer.getString(0);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  long freeMemory(MemorySegment device) {
    try {
      return (long) freeMemory.invokeExact(device);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  String message(MemorySegment device) {
    try {
      MemorySegment text = (MemorySegment) message.invokeExact(device);
      return text.address() == 0 ? "" : text.reinterpret(Long.MAX_VALUE).getString(0);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Method handles declare Throwable; these throw nothing of their own. */
  private static RuntimeException unexpected(Throwable e) {
    return switch (e) {
      case RuntimeException r -> r;
      case Error r -> throw r;
      default -> new IllegalStateException("a call of the emulation failed", e);
    };
  }
}
