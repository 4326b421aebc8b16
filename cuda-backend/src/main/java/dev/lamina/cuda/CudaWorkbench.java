package dev.lamina.cuda;

import dev.lamina.backend.Availability.Available;
import dev.lamina.backend.Availability.Unavailable;
import dev.lamina.backend.Backend;
import dev.lamina.backend.DeviceInfo;
import dev.lamina.backend.DeviceMemoryException;
import dev.lamina.config.LaminaConfig;
import dev.lamina.kernels.DeviceFunction;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.GramOps;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * One device with the {@code cuda} backend on it and the clocks of the device at hand, for
 * benchmarks: what the operations of a backend hide, such as the arithmetic of a kernel matrix and
 * products by the vendor's library alone, is chosen here. Used by one thread.
 */
public final class CudaWorkbench implements AutoCloseable {
  /** A square of so many float32 numbers, 256 MiB, is larger than any second-level cache. */
  private static final long COLD_EDGE = 8192;

  private final DeviceContext context;
  private final TimedDriver driver;
  private final DeviceBlas blas;
  private final Backend backend;

  /** Memory whose overwriting empties the caches; 0 on an emulated device, which has none. */
  private long cold;

  private CudaWorkbench(
      DeviceContext context, DeviceBlas blas, DeviceInfo device, LaminaConfig config) {
    this.context = context;
    this.driver = (TimedDriver) context.driver();
    this.blas = blas;
    this.backend = new CudaBackend(device, context, blas, config);
  }

  /**
   * Opens the configured GPU.
   *
   * @param config the settings in force
   * @return the workbench; the caller closes it
   * @throws IllegalArgumentException saying in one line why there is none
   */
  public static CudaWorkbench open(LaminaConfig config) {
    CudaBackendProvider provider = new CudaBackendProvider();
    return switch (provider.probe(config)) {
      case Available available -> {
        DeviceContext context =
            CudaBackendProvider.context(config, available.device(), TimedDriver::new);
        DeviceBlas blas = CudaBackendProvider.blas(config, context);
        yield new CudaWorkbench(
            context, blas, CudaBackendProvider.described(available.device(), blas), config);
      }
      case Unavailable u ->
          throw new IllegalArgumentException(
              "the cuda backend is unavailable: %s: %s; %s"
                  .formatted(u.reason().text(), u.detail(), u.remedy()));
    };
  }

  /**
   * Opens a device that the processor imitates. Its times say nothing about a GPU.
   *
   * @param config the settings in force
   * @param memoryBytes memory of the device
   * @return the workbench; the caller closes it
   * @throws IllegalArgumentException saying in one line why there is none
   */
  public static CudaWorkbench emulated(LaminaConfig config, long memoryBytes) {
    EmulatedBackendProvider provider = new EmulatedBackendProvider(memoryBytes, 1, 0);
    return switch (provider.probe(config)) {
      case Available available -> {
        DeviceContext context = provider.openContext(config, TimedDriver::new);
        yield new CudaWorkbench(context, new OwnBlas(context), available.device(), config);
      }
      case Unavailable u -> throw new IllegalArgumentException(u.detail() + "; " + u.remedy());
    };
  }

  /** {@return the backend on this device; closed with this} */
  public Backend backend() {
    return backend;
  }

  /** {@return whether the device is the processor's imitation of one} */
  public boolean emulated() {
    return driver.properties().emulated();
  }

  /** {@return whether products come from the vendor's library and not from our own GEMM} */
  public boolean hasVendorBlas() {
    return !(blas instanceof OwnBlas);
  }

  /** {@return what multiplies matrices, in one line} */
  public String blas() {
    return blas.description();
  }

  /** {@return whether TensorFloat-32 tensor cores, or their imitation, are there} */
  public boolean hasTensorFloat32() {
    return emulated() || driver.properties().major() >= CudaGramOps.TENSOR_CORES;
  }

  /** {@return bytes of device memory that are free, those kept for reuse among them} */
  public long freeBytes() {
    try (var _ = context.turn()) {
      return context.pool().available();
    }
  }

  /** {@return the most device memory that was in use at once since {@link #resetPeak}} */
  public long peakBytes() {
    return context.pool().peakBytes();
  }

  /** Lets {@link #peakBytes} begin anew. */
  public void resetPeak() {
    context.pool().resetPeak();
  }

  /**
   * {@return the milliseconds between two events around some work that finds nothing in the caches,
   * host work in between included}
   *
   * @param work puts work into the compute stream
   */
  public double milliseconds(Runnable work) {
    try (var _ = context.turn();
        CudaDriver.Event begin = driver.openEvent();
        CudaDriver.Event end = driver.openEvent()) {
      emptyCaches();
      driver.synchronize();
      begin.record(context.compute());
      work.run();
      end.record(context.compute());
      end.synchronize();
      driver.synchronize();
      return end.millisecondsSince(begin);
    }
  }

  private void emptyCaches() {
    if (emulated()) {
      return;
    }
    if (cold == 0) {
      long bytes = COLD_EDGE * COLD_EDGE * Float.BYTES;
      cold = driver.allocate(bytes); // not from the pool, whose peak counts what is measured
      if (cold == 0) {
        CudaDriver.MemoryInfo memory = driver.memory();
        throw new DeviceMemoryException(
            "emptying the caches", bytes, memory.free(), memory.total());
      }
    }
    Launch.of(context, DType.FLOAT32, DeviceFunction.FILL_F32, DeviceFunction.FILL_F64)
        .with(cold, COLD_EDGE, COLD_EDGE, COLD_EDGE)
        .real(1)
        .runOverEntries(COLD_EDGE, COLD_EDGE);
  }

  /**
   * {@return the milliseconds of launches in some work, by device function; products by a library
   * are not among them}
   *
   * @param work puts work into the compute stream
   */
  public Map<String, Double> profile(Runnable work) {
    try (var _ = context.turn()) {
      return driver.profile(work);
    }
  }

  /**
   * Allows the library TensorFloat-32 in float32 products, or forbids it again.
   *
   * @param allowed which
   * @return whether the library can do that
   */
  public boolean setTensorFloat32(boolean allowed) {
    return blas.setTensorFloat32(allowed);
  }

  /**
   * Returns kernel matrices by one launch for each tile, in some arithmetic.
   *
   * @param arithmetic which
   * @return the operations
   */
  public GramOps fused(KernelArithmetic arithmetic) {
    return arithmetic == KernelArithmetic.CONFIGURED
        ? backend.gram()
        : new CudaGramOps(
            context, blas, (kernel, _, d) -> KernelRoute.fused(arithmetic.of(kernel, d)));
  }

  /**
   * Returns kernel matrices by products from the library and a launch of the entry program over
   * each tile of them, in the arithmetic of the element type.
   *
   * @param edge rows and columns of a tile at most
   * @return the operations
   */
  public GramOps separate(long edge) {
    return new CudaGramOps(
        context,
        blas,
        (kernel, dtype, d) -> {
          KernelTiles.Arithmetic arithmetic =
              KernelTiles.Arithmetic.of(
                  kernel, dtype, d, dev.lamina.config.CudaMath.FLOAT32, false);
          DeviceFunction program =
              dtype == DType.FLOAT64
                  ? DeviceFunction.PROGRAM_F64
                  : arithmetic.single()
                      ? DeviceFunction.PROGRAM_F32
                      : DeviceFunction.PROGRAM_F32_BY_F64;
          return new KernelRoute(
              arithmetic, Optional.of(new KernelRoute.Separate(blas, program, edge)));
        });
  }

  /**
   * Computes X Xᵀ by the library: whole, or the tiles on and below the diagonal, which are then
   * mirrored.
   *
   * @param x N×d
   * @param out N×N
   * @param edge rows and columns of a tile; at least N for the whole product at once
   */
  public void rowProductsByLibrary(DeviceMatrix x, DeviceMatrix out, long edge) {
    try (var _ = context.turn()) {
      lowerProductsByLibrary(x, out, edge);
      DeviceBlock all = context.block(out);
      long n = x.rows();
      if (edge < n) {
        Launch launch =
            Launch.of(context, out.dtype(), DeviceFunction.MIRROR_F32, DeviceFunction.MIRROR_F64);
        launch.with(all.address(), n, all.stride(), 0).runLowerTiles(n);
      }
    }
  }

  /**
   * Computes tiles of X Xᵀ on and below the diagonal by the library, and mirrors nothing: what
   * kernel matrices cannot do without.
   *
   * @param x N×d
   * @param out N×N
   * @param edge rows and columns of a tile
   */
  public void lowerProductsByLibrary(DeviceMatrix x, DeviceMatrix out, long edge) {
    try (var _ = context.turn()) {
      DeviceBlock rows = context.block(x);
      DeviceBlock all = context.block(out);
      long n = x.rows();
      for (long row = 0; row < n; row += edge) {
        long height = Math.min(edge, n - row);
        for (long col = 0; col <= row; col += edge) {
          long width = Math.min(edge, n - col);
          blas.gemm(
              rows.rows(row, row + height),
              false,
              rows.rows(col, col + width),
              true,
              1,
              0,
              all.part(row, height, col, width));
        }
      }
    }
  }

  /**
   * Overwrites a matrix.
   *
   * @param m the matrix
   * @param value what with
   */
  public void fill(DeviceMatrix m, double value) {
    try (var _ = context.turn()) {
      DeviceBlock block = context.block(m);
      Launch.of(context, block.dtype(), DeviceFunction.FILL_F32, DeviceFunction.FILL_F64)
          .with(block.address(), block.rows(), block.cols(), block.stride())
          .real(value)
          .runOverEntries(block.rows(), block.cols());
    }
  }

  /**
   * Copies a matrix to another one of the same shape, both without gaps between rows.
   *
   * @param from what to copy
   * @param to where to
   */
  public void copy(DeviceMatrix from, DeviceMatrix to) {
    try (var _ = context.turn()) {
      DeviceBlock source = context.block(from);
      DeviceBlock target = context.block(to);
      long bytes = bytes(from);
      if (bytes != bytes(to) || !source.contiguous() || !target.contiguous()) {
        throw new IllegalArgumentException(
            "copy: %s cannot take %s as it is".formatted(to.shape(), from.shape()));
      }
      driver.copyOnDevice(target.address(), source.address(), bytes, context.compute());
    }
  }

  private static long bytes(Matrix m) {
    return DeviceBlock.bytes(m.dtype(), m.rows(), m.cols());
  }

  /** Milliseconds of copies between pinned host memory and the device. */
  public final class HostCopies implements AutoCloseable {
    private final MemorySegment host;
    private final DeviceMatrix device;

    private HostCopies(long bytes) {
      device = backend.allocate(DType.FLOAT32, 1, bytes / Float.BYTES);
      host = driver.allocatePinned(bytes / Float.BYTES * Float.BYTES);
      RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(1);
      for (long at = 0; at + Long.BYTES <= host.byteSize(); at += Long.BYTES) {
        host.set(ValueLayout.JAVA_LONG_UNALIGNED, at, random.nextLong());
      }
    }

    /** {@return the milliseconds of a copy to the device} */
    public double toDevice() {
      long address = context.block(device).address();
      return milliseconds(() -> driver.copyToDevice(address, host, context.compute()));
    }

    /** {@return the milliseconds of a copy from the device} */
    public double toHost() {
      long address = context.block(device).address();
      return milliseconds(() -> driver.copyToHost(host, address, context.compute()));
    }

    @Override
    public void close() {
      try (var _ = context.turn()) {
        driver.freePinned(host);
      }
      device.close();
    }
  }

  /**
   * Prepares copies of random bytes between host and device.
   *
   * @param bytes how many
   * @return the copies; the caller closes them
   */
  public HostCopies hostCopies(long bytes) {
    try (var _ = context.turn()) {
      return new HostCopies(bytes);
    }
  }

  @Override
  public void close() {
    context.closing(() -> {
      if (cold != 0) {
        driver.free(cold);
        cold = 0;
      }
    });
    backend.close();
  }
}
