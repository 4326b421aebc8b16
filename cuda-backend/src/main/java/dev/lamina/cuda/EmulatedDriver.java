package dev.lamina.cuda;

import dev.lamina.backend.DeviceException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Runs the device functions on the processor, for tests.
 *
 * <p>Streams hold their work back and do it in bursts, in an order between streams that a seed
 * chooses: a missing wait shows as a wrong result, as it might on a device. Memory is poisoned with
 * NaN and its ends are guarded.
 */
final class EmulatedDriver implements CudaDriver {
  static final String NAME = "cuda (emulated)";

  private final EmulationLibrary library;
  private final MemorySegment device;
  private final long memoryBytes;
  private final List<EmulatedStream> streams = new ArrayList<>();
  private final Map<Long, Arena> pinned = new HashMap<>();
  private final RandomGenerator random;
  private boolean open = true;

  /**
   * Opens an emulated device.
   *
   * @param library the emulation
   * @param memoryBytes memory of the device
   * @param seed order of threads within blocks and of work between streams
   * @param threads blocks that run at once
   */
  EmulatedDriver(EmulationLibrary library, long memoryBytes, long seed, int threads) {
    this.library = library;
    this.memoryBytes = memoryBytes;
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    this.device = library.open(memoryBytes, seed, threads);
    if (device.address() == 0) {
      throw new IllegalStateException(
          "the emulation cannot have a device of %d bytes".formatted(memoryBytes));
    }
  }

  @Override
  public DeviceProperties properties() {
    return new DeviceProperties(NAME, memoryBytes, 2, 0, 0, 0);
  }

  @Override
  public void attach() {}

  @Override
  public MemoryInfo memory() {
    return new MemoryInfo(library.freeMemory(device), memoryBytes);
  }

  @Override
  public long allocate(long bytes) {
    return library.allocate(device, bytes);
  }

  @Override
  public void free(long address) {
    synchronize(); // work that has been held back may still use the memory
    require(library.free(device, address), "free device memory");
  }

  @Override
  public MemorySegment allocatePinned(long bytes) {
    Arena arena = Arena.ofShared();
    MemorySegment segment = arena.allocate(bytes, 256);
    pinned.put(segment.address(), arena);
    return segment;
  }

  @Override
  public void freePinned(MemorySegment segment) {
    pinned.remove(segment.address()).close();
  }

  @Override
  public Stream openStream() {
    EmulatedStream stream = new EmulatedStream();
    streams.add(stream);
    return stream;
  }

  @Override
  public Event openEvent() {
    return new EmulatedEvent();
  }

  @Override
  public void copyToDevice(long to, MemorySegment from, Stream stream) {
    enqueue(stream, () -> copy(to, from.address(), from.byteSize()));
  }

  @Override
  public void copyToHost(MemorySegment to, long from, Stream stream) {
    enqueue(stream, () -> copy(to.address(), from, to.byteSize()));
  }

  @Override
  public void copyOnDevice(long to, long from, long bytes, Stream stream) {
    enqueue(stream, () -> copy(to, from, bytes));
  }

  private void copy(long to, long from, long bytes) {
    require(library.copy(device, to, from, bytes), "copy %d bytes".formatted(bytes));
  }

  @Override
  @SuppressWarnings("restricted") // parameters come as plain addresses
  public void launch(String function, LaunchShape shape, MemorySegment parameters, Stream stream) {
    int count = (int) (parameters.byteSize() / ValueLayout.ADDRESS.byteSize());
    long[] values = new long[count];
    for (int i = 0; i < count; i++) {
      values[i] =
          parameters
              .getAtIndex(ValueLayout.ADDRESS, i)
              .reinterpret(Long.BYTES)
              .get(ValueLayout.JAVA_LONG, 0);
    }
    enqueue(stream, () -> launch(function, shape, values));
  }

  private void launch(String function, LaunchShape shape, long[] values) {
    try (Arena arena = Arena.ofConfined()) {
      Parameters copy = new Parameters(arena);
      for (long value : values) {
        copy.add(value);
      }
      require(library.launch(device, function, shape, copy.pointers()), "launch " + function);
    }
  }

  private void require(int status, String operation) {
    if (status != 0) {
      throw new DeviceException(
          operation,
          status,
          "the emulation says: " + library.message(device),
          "this is a defect of Lamina; please report it with what was being computed");
    }
  }

  /** Puts work at the end of a stream, then lets some stream do some of its work. */
  private void enqueue(Stream stream, Runnable work) {
    ((EmulatedStream) stream).work.add(work);
    EmulatedStream lucky = streams.get(random.nextInt(streams.size()));
    for (int i = random.nextInt(4); i > 0 && !lucky.work.isEmpty(); i--) {
      lucky.step();
    }
  }

  @Override
  public void synchronize() {
    streams.forEach(EmulatedStream::drain);
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      synchronize();
      pinned.values().forEach(Arena::close);
      pinned.clear();
      library.close(device);
    }
  }

  /** Work that has been asked for and not been done. */
  private final class EmulatedStream implements Stream {
    private final Deque<Runnable> work = new ArrayDeque<>();

    void step() {
      work.remove().run();
    }

    void drain() {
      while (!work.isEmpty()) {
        step();
      }
    }

    @Override
    public void await(Event event) {
      Mark mark = ((EmulatedEvent) event).mark;
      if (mark != null) {
        work.add(mark::reach);
      }
    }

    @Override
    public void synchronize() {
      drain();
    }

    @Override
    public long handle() {
      return 0;
    }

    @Override
    public void close() {
      drain();
      streams.remove(this);
    }
  }

  /** A recorded event: done when its stream has passed it. */
  private static final class Mark {
    private final EmulatedStream stream;
    private boolean passed;
    private long nanos;

    Mark(EmulatedStream stream) {
      this.stream = stream;
    }

    void pass() {
      nanos = System.nanoTime();
      passed = true;
    }

    /** Lets the event's stream work until it has passed the event. */
    void reach() {
      while (!passed) {
        stream.step();
      }
    }
  }

  private static final class EmulatedEvent implements Event {
    private Mark mark;

    @Override
    public void record(Stream stream) {
      EmulatedStream of = (EmulatedStream) stream;
      Mark recorded = new Mark(of);
      of.work.add(recorded::pass);
      mark = recorded;
    }

    @Override
    public void synchronize() {
      if (mark != null) {
        mark.reach();
      }
    }

    @Override
    public double millisecondsSince(Event earlier) {
      return (mark.nanos - ((EmulatedEvent) earlier).mark.nanos) / 1e6;
    }

    @Override
    public void close() {}
  }
}
