package dev.lamina.cuda;

import static dev.lamina.cuda.CudaStatus.require;

import dev.lamina.backend.DeviceException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUevent;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUmodule;
import jcuda.driver.CUstream;

/** A GPU through JCuda's driver API. Every status is checked; JCuda's own exceptions stay off. */
final class JCudaDriver implements CudaDriver {
  /** More dynamic shared memory than this a function must be granted first. */
  private static final int SHARED_WITHOUT_GRANT = 48 << 10;

  /** Events keep their time, for benchmarks. */
  private static final int EVENT_FLAGS = 0;

  private static final int STREAM_NON_BLOCKING = 1;

  private final CUdevice device = new CUdevice();
  private final CUcontext context = new CUcontext();
  private final DeviceProperties properties;
  private final Map<String, CUfunction> functions = new HashMap<>();
  private final Map<String, Integer> granted = new HashMap<>();
  private final Deque<Runnable> releases = new ArrayDeque<>();

  /**
   * Opens a device.
   *
   * @param ordinal number of the device
   */
  JCudaDriver(int ordinal) {
    require(jcuda.driver.JCudaDriver.cuInit(0), "initialise CUDA");
    require(jcuda.driver.JCudaDriver.cuDeviceGet(device, ordinal), "open device " + ordinal);
    properties = properties(device);
    require(
        jcuda.driver.JCudaDriver.cuDevicePrimaryCtxRetain(context, device),
        "open the context of device " + ordinal);
    releases.push(() ->
        require(
            jcuda.driver.JCudaDriver.cuDevicePrimaryCtxRelease(device),
            "close the context of device " + ordinal));
    attach();
  }

  /** Returns the number of devices. CUDA must be initialised. */
  static int count() {
    int[] count = new int[1];
    require(jcuda.driver.JCudaDriver.cuDeviceGetCount(count), "count devices");
    return count[0];
  }

  /** Returns what is known of a device without opening it. CUDA must be initialised. */
  static DeviceProperties properties(int ordinal) {
    CUdevice device = new CUdevice();
    require(jcuda.driver.JCudaDriver.cuDeviceGet(device, ordinal), "look at device " + ordinal);
    return properties(device);
  }

  private static DeviceProperties properties(CUdevice device) {
    byte[] name = new byte[256];
    require(
        jcuda.driver.JCudaDriver.cuDeviceGetName(name, name.length, device), "ask a device's name");
    long[] memory = new long[1];
    require(jcuda.driver.JCudaDriver.cuDeviceTotalMem(memory, device), "ask for a device's memory");
    return new DeviceProperties(
        text(name),
        memory[0],
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
        driverVersion());
  }

  private static int attribute(CUdevice device, int attribute) {
    int[] value = new int[1];
    require(
        jcuda.driver.JCudaDriver.cuDeviceGetAttribute(value, attribute, device),
        "ask a device for attribute " + attribute);
    return value[0];
  }

  private static String text(byte[] zeroTerminated) {
    int length = 0;
    while (length < zeroTerminated.length && zeroTerminated[length] != 0) {
      length++;
    }
    return new String(zeroTerminated, 0, length, StandardCharsets.UTF_8);
  }

  /** Returns the newest CUDA version that the driver serves, 13000 for 13.0. */
  static int driverVersion() {
    int[] version = new int[1];
    require(jcuda.driver.JCudaDriver.cuDriverGetVersion(version), "ask for the driver's version");
    return version[0];
  }

  /**
   * Loads device code.
   *
   * @param name where it comes from, for messages
   * @param image a cubin, or PTX
   * @param names the functions that it must have
   * @throws DeviceException naming the first function that is missing
   */
  void load(String name, byte[] image, List<String> names) {
    CUmodule module = new CUmodule();
    byte[] terminated = java.util.Arrays.copyOf(image, image.length + 1);
    require(
        jcuda.driver.JCudaDriver.cuModuleLoadData(module, terminated), "load device code " + name);
    releases.push(() ->
        require(jcuda.driver.JCudaDriver.cuModuleUnload(module), "unload device code " + name));
    for (String function : names) {
      CUfunction handle = new CUfunction();
      int status = jcuda.driver.JCudaDriver.cuModuleGetFunction(handle, module, function);
      if (status == CudaStatus.NOT_FOUND) {
        throw new DeviceException(
            "load device code " + name,
            status,
            "no device function named " + function,
            "the device code and this version of Lamina do not belong together: build both anew");
      }
      require(status, "find device function " + function + " in " + name);
      functions.put(function, handle);
    }
  }

  @Override
  public DeviceProperties properties() {
    return properties;
  }

  @Override
  public void attach() {
    require(jcuda.driver.JCudaDriver.cuCtxSetCurrent(context), "attach a thread to the device");
  }

  @Override
  public MemoryInfo memory() {
    long[] free = new long[1];
    long[] total = new long[1];
    require(jcuda.driver.JCudaDriver.cuMemGetInfo(free, total), "ask for free memory");
    return new MemoryInfo(free[0], total[0]);
  }

  @Override
  public long allocate(long bytes) {
    var allocation = new DeviceAddress.Allocation();
    int status = jcuda.driver.JCudaDriver.cuMemAlloc(allocation, bytes);
    if (status == CudaStatus.OUT_OF_MEMORY) {
      return 0;
    }
    require(status, "allocate " + bytes + " bytes on the device");
    return allocation.address();
  }

  @Override
  public void free(long address) {
    require(
        jcuda.driver.JCudaDriver.cuMemFree(DeviceAddress.device(address)), "free device memory");
  }

  @Override
  @SuppressWarnings("restricted") // the driver says how long the memory is
  public MemorySegment allocatePinned(long bytes) {
    var allocation = new DeviceAddress.HostAllocation();
    require(
        jcuda.driver.JCudaDriver.cuMemHostAlloc(allocation, bytes, 0),
        "allocate " + bytes + " bytes of pinned host memory");
    return MemorySegment.ofAddress(allocation.address()).reinterpret(bytes);
  }

  @Override
  public void freePinned(MemorySegment segment) {
    require(
        jcuda.driver.JCudaDriver.cuMemFreeHost(DeviceAddress.host(segment)),
        "free pinned host memory");
  }

  @Override
  public Stream openStream() {
    return new JStream();
  }

  @Override
  public Event openEvent() {
    return new JEvent();
  }

  @Override
  public void copyToDevice(long to, MemorySegment from, Stream stream) {
    require(
        jcuda.driver.JCudaDriver.cuMemcpyHtoDAsync(
            DeviceAddress.device(to), DeviceAddress.host(from), from.byteSize(), of(stream)),
        "copy " + from.byteSize() + " bytes to the device");
  }

  @Override
  public void copyToHost(MemorySegment to, long from, Stream stream) {
    require(
        jcuda.driver.JCudaDriver.cuMemcpyDtoHAsync(
            DeviceAddress.host(to), DeviceAddress.device(from), to.byteSize(), of(stream)),
        "copy " + to.byteSize() + " bytes from the device");
  }

  @Override
  public void copyOnDevice(long to, long from, long bytes, Stream stream) {
    require(
        jcuda.driver.JCudaDriver.cuMemcpyDtoDAsync(
            DeviceAddress.device(to), DeviceAddress.device(from), bytes, of(stream)),
        "copy " + bytes + " bytes on the device");
  }

  @Override
  public void launch(String function, LaunchShape s, MemorySegment parameters, Stream stream) {
    CUfunction handle = functions.get(function);
    if (handle == null) {
      throw new IllegalArgumentException("no device function " + function + " has been loaded");
    }
    if (s.sharedBytes() > SHARED_WITHOUT_GRANT
        && granted.getOrDefault(function, 0) < s.sharedBytes()) {
      require(
          jcuda.driver.JCudaDriver.cuFuncSetAttribute(
              handle,
              CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
              s.sharedBytes()),
          "grant %s %d bytes of shared memory".formatted(function, s.sharedBytes()));
      granted.put(function, s.sharedBytes());
    }
    require(
        jcuda.driver.JCudaDriver.cuLaunchKernel(
            handle,
            s.gridX(),
            s.gridY(),
            s.gridZ(),
            s.blockX(),
            s.blockY(),
            1,
            s.sharedBytes(),
            of(stream),
            DeviceAddress.host(parameters),
            null),
        "launch " + function);
  }

  @Override
  public void synchronize() {
    require(jcuda.driver.JCudaDriver.cuCtxSynchronize(), "wait for the device");
  }

  @Override
  public void close() {
    RuntimeException first = null;
    while (!releases.isEmpty()) {
      try {
        releases.pop().run();
      } catch (DeviceException e) { // a lost context must not keep the rest open
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }

  private static CUstream of(Stream stream) {
    return ((JStream) stream).stream;
  }

  private static final class Handle extends CUstream {
    long value() {
      return getNativePointer();
    }
  }

  /** A stream of the driver. */
  static final class JStream implements Stream {
    private final Handle stream = new Handle();
    private boolean open;

    JStream() {
      require(
          jcuda.driver.JCudaDriver.cuStreamCreate(stream, STREAM_NON_BLOCKING), "open a stream");
      open = true;
    }

    @Override
    public void await(Event event) {
      require(
          jcuda.driver.JCudaDriver.cuStreamWaitEvent(stream, ((JEvent) event).event, 0),
          "let a stream wait for an event");
    }

    @Override
    public void synchronize() {
      require(jcuda.driver.JCudaDriver.cuStreamSynchronize(stream), "wait for a stream");
    }

    /** Returns the stream as JCuda knows it. */
    CUstream cuda() {
      return stream;
    }

    @Override
    public long handle() {
      return stream.value();
    }

    @Override
    public void close() {
      if (open) {
        open = false;
        require(jcuda.driver.JCudaDriver.cuStreamDestroy(stream), "close a stream");
      }
    }
  }

  private static final class JEvent implements Event {
    private final CUevent event = new CUevent();
    private boolean open;

    JEvent() {
      require(jcuda.driver.JCudaDriver.cuEventCreate(event, EVENT_FLAGS), "open an event");
      open = true;
    }

    @Override
    public void record(Stream stream) {
      require(jcuda.driver.JCudaDriver.cuEventRecord(event, of(stream)), "record an event");
    }

    @Override
    public void synchronize() {
      require(jcuda.driver.JCudaDriver.cuEventSynchronize(event), "wait for an event");
    }

    @Override
    public double millisecondsSince(Event earlier) {
      float[] time = new float[1];
      require(
          jcuda.driver.JCudaDriver.cuEventElapsedTime(time, ((JEvent) earlier).event, event),
          "read an event's time");
      return time[0];
    }

    @Override
    public void close() {
      if (open) {
        open = false;
        require(jcuda.driver.JCudaDriver.cuEventDestroy(event), "close an event");
      }
    }
  }
}
