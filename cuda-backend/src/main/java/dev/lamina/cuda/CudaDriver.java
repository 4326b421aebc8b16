package dev.lamina.cuda;

import java.lang.foreign.MemorySegment;

/**
 * The narrow way to one device: all that the backend asks of CUDA.
 *
 * <p>A failure throws {@link dev.lamina.backend.DeviceException}. One thread at a time uses a
 * driver; after {@link #attach()} it may be another one. What is done on a stream is done in order;
 * two streams run beside each other unless an event holds one up. Copies and launches return before
 * they are done.
 */
interface CudaDriver extends AutoCloseable {

  /** Returns what is known of the device. */
  DeviceProperties properties();

  /** Makes the calling thread the one that uses the device. */
  void attach();

  /** Returns how much memory the device has and has left. */
  MemoryInfo memory();

  /**
   * Allocates device memory with unspecified contents, aligned to 256 bytes.
   *
   * @param bytes how many, ≥ 1
   * @return the address; 0 if the device does not have so much left
   */
  long allocate(long bytes);

  /** Frees what {@link #allocate} gave. The device must be done with it. */
  void free(long address);

  /**
   * Allocates host memory that the device reads and writes directly.
   *
   * @param bytes how many, ≥ 1
   */
  MemorySegment allocatePinned(long bytes);

  /** Frees what {@link #allocatePinned} gave. */
  void freePinned(MemorySegment segment);

  /** Opens a stream; the caller closes it. */
  Stream openStream();

  /** Opens an event; the caller closes it. */
  Event openEvent();

  /**
   * Copies pinned host memory to the device.
   *
   * @param to device address
   * @param from what to copy, all of it
   * @param stream the order it is done in
   */
  void copyToDevice(long to, MemorySegment from, Stream stream);

  /**
   * Copies device memory to pinned host memory.
   *
   * @param to where to, filled
   * @param from device address
   * @param stream the order it is done in
   */
  void copyToHost(MemorySegment to, long from, Stream stream);

  /** Copies within the device. */
  void copyOnDevice(long to, long from, long bytes, Stream stream);

  /**
   * Launches a device function.
   *
   * @param function its name
   * @param shape blocks, threads and dynamic shared memory
   * @param parameters addresses of the parameters' values, one after the other, as the driver takes
   *     them; read before the call returns
   * @param stream the order it is done in
   */
  void launch(String function, LaunchShape shape, MemorySegment parameters, Stream stream);

  /** Waits for everything on all streams. */
  void synchronize();

  /** Gives everything back. Closing twice does nothing. */
  @Override
  void close();

  /** A sequence of copies and launches that are done in order. */
  interface Stream extends AutoCloseable {

    /** Lets what follows on this stream wait for what stood before the event. */
    void await(Event event);

    /** Waits for everything on this stream. */
    void synchronize();

    /** The driver's own handle, for libraries that are told which stream to use; 0 without one. */
    long handle();

    @Override
    void close();
  }

  /** A point in a stream. */
  interface Event extends AutoCloseable {

    /** Moves the event to the present end of a stream. */
    void record(Stream stream);

    /** Waits for what stood before the event. */
    void synchronize();

    /** Returns the milliseconds that passed on the device between an earlier event and this one. */
    double millisecondsSince(Event earlier);

    @Override
    void close();
  }

  /**
   * The memory of a device.
   *
   * @param free bytes left
   * @param total bytes in all
   */
  record MemoryInfo(long free, long total) {}

  /**
   * What is known of a device.
   *
   * @param name its model
   * @param memoryBytes memory in all
   * @param multiprocessors number of multiprocessors
   * @param major compute capability, 9 of 9.0
   * @param minor compute capability, 0 of 9.0
   * @param driverVersion newest CUDA version that the driver serves, 13000 for 13.0; 0 if emulated
   */
  record DeviceProperties(
      String name, long memoryBytes, int multiprocessors, int major, int minor, int driverVersion) {

    /** Returns whether the device is the processor's imitation of one. */
    boolean emulated() {
      return driverVersion == 0;
    }

    /** Returns the driver's version as NVIDIA writes it, {@code 13.0}. */
    static String version(int number) {
      return number / 1000 + "." + number % 1000 / 10;
    }
  }
}
