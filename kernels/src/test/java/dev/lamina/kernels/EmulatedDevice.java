package dev.lamina.kernels;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;

/** The emulation's C interface (kernels/emulation/emulation.h), for tests. */
@SuppressWarnings("restricted") // the module enables native access
final class EmulatedDevice implements AutoCloseable {

  /** A launch or copy that the emulation refused. */
  static final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Failure(String message) {
      super(message);
    }
  }

  private final Arena arena = Arena.ofShared();
  private final SymbolLookup library;
  private final MemorySegment device;

  EmulatedDevice(Path library, long memory, long seed, int threads) {
    this.library = SymbolLookup.libraryLookup(library, arena);
    device = (MemorySegment) call("emulation_open", ADDRESS, memory, seed, threads);
  }

  private Object call(String function, MemoryLayout result, Object... arguments) {
    MemoryLayout[] layouts = new MemoryLayout[arguments.length];
    for (int i = 0; i < layouts.length; i++) {
      layouts[i] =
          switch (arguments[i]) {
            case Long _ -> JAVA_LONG;
            case Integer _ -> JAVA_INT;
            default -> ADDRESS;
          };
    }
    FunctionDescriptor descriptor =
        result == null
            ? FunctionDescriptor.ofVoid(layouts)
            : FunctionDescriptor.of(result, layouts);
    MethodHandle handle =
        Linker.nativeLinker().downcallHandle(library.find(function).orElseThrow(), descriptor);
    try {
      return handle.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new IllegalStateException(function, e);
    }
  }

  private String message() {
    MemorySegment text = (MemorySegment) call("emulation_message", ADDRESS, device);
    return text.reinterpret(Long.MAX_VALUE).getString(0);
  }

  /** Allocates bytes; 0 if there are none. */
  long allocate(long bytes) {
    return (long) call("emulation_allocate", JAVA_LONG, device, bytes);
  }

  void free(long address) {
    check((int) call("emulation_free", JAVA_INT, device, address));
  }

  private void check(int status) {
    if (status != 0) {
      throw new Failure(message());
    }
  }

  long freeMemory() {
    return (long) call("emulation_free_memory", JAVA_LONG, device);
  }

  void copy(long to, long from, long bytes) {
    check((int) call("emulation_copy", JAVA_INT, device, to, from, bytes));
  }

  long upload(double[] values) {
    MemorySegment host = arena.allocateFrom(JAVA_DOUBLE, values);
    return upload(host);
  }

  long upload(float[] values) {
    return upload(arena.allocateFrom(JAVA_FLOAT, values));
  }

  long upload(long[] values) {
    return upload(arena.allocateFrom(JAVA_LONG, values));
  }

  private long upload(MemorySegment host) {
    long address = allocate(host.byteSize());
    copy(address, host.address(), host.byteSize());
    return address;
  }

  double[] doubles(long address, int count) {
    return download(address, 8L * count).toArray(JAVA_DOUBLE);
  }

  float[] floats(long address, int count) {
    return download(address, 4L * count).toArray(JAVA_FLOAT);
  }

  long[] longs(long address, int count) {
    return download(address, 8L * count).toArray(JAVA_LONG);
  }

  private MemorySegment download(long address, long bytes) {
    MemorySegment host = arena.allocate(Math.max(1, bytes), 8);
    copy(host.address(), address, bytes);
    return host.asSlice(0, bytes);
  }

  /** Launches a listed device function on a grid (x, 1, 1); arguments are Long or Double. */
  void launch(DeviceFunction function, long blocks, Object... arguments) {
    launch(function, new long[] {blocks, 1, 1}, arguments);
  }

  void launch(DeviceFunction function, long[] grid, Object... arguments) {
    if (arguments.length != function.parameters().size()) {
      throw new IllegalArgumentException(
          function + " has parameters " + function.parameters() + " but gets " + arguments.length);
    }
    launch(function.entry(), grid, function.threads(), arguments);
  }

  void launch(String function, long[] grid, int threads, Object... arguments) {
    try (Arena local = Arena.ofConfined()) {
      MemorySegment values = local.allocate(JAVA_LONG, Math.max(1, arguments.length));
      MemorySegment pointers = local.allocate(ADDRESS, Math.max(1, arguments.length));
      for (int i = 0; i < arguments.length; i++) {
        long bits =
            arguments[i] instanceof Double d
                ? Double.doubleToRawLongBits(d)
                : ((Number) arguments[i]).longValue();
        values.setAtIndex(JAVA_LONG, i, bits);
        pointers.setAtIndex(ADDRESS, i, values.asSlice(8L * i, 8));
      }
      MemorySegment blocks =
          local.allocateFrom(JAVA_INT, (int) grid[0], (int) grid[1], (int) grid[2]);
      MemorySegment size = local.allocateFrom(JAVA_INT, threads, 1, 1);
      check(
          (int)
              call(
                  "emulation_launch",
                  JAVA_INT,
                  device,
                  local.allocateFrom(function),
                  blocks,
                  size,
                  0,
                  pointers));
    }
  }

  List<String> functions() {
    MemorySegment buffer = arena.allocate(16_384);
    long needed = (long) call("emulation_functions", JAVA_LONG, buffer, buffer.byteSize());
    if (needed > buffer.byteSize()) {
      throw new IllegalStateException("names need " + needed + " bytes");
    }
    return buffer.getString(0).lines().toList();
  }

  int parameters(String function) {
    return (int) call("emulation_parameters", JAVA_INT, arena.allocateFrom(function));
  }

  @Override
  public void close() {
    call("emulation_close", null, device);
    arena.close();
  }
}
