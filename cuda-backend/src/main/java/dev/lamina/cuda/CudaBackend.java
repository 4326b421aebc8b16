package dev.lamina.cuda;

import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.backend.DeviceInfo;
import dev.lamina.backend.MemoryBudget;
import dev.lamina.config.LaminaConfig;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.GramOps;
import dev.lamina.ops.LayerOps;
import dev.lamina.ops.SolveOps;

/**
 * The operations on one GPU. Operations on device matrices return when they have been asked for;
 * those that write a host matrix return when it is there.
 *
 * <p>Beside the memory that the budget counts there are two pinned buffers of fixed size for
 * transfers, and device memory kept for reuse.
 */
final class CudaBackend implements Backend {
  private final DeviceInfo device;
  private final DeviceContext context;
  private final DeviceBlas blas;
  private final GramOps gram;
  private final LayerOps layers;
  private final SolveOps solve;

  /**
   * Takes over an open device.
   *
   * @param device what is said of it
   * @param context closed with this
   * @param blas closed with this
   * @param config the settings in force
   */
  CudaBackend(DeviceInfo device, DeviceContext context, DeviceBlas blas, LaminaConfig config) {
    this.device = device;
    this.context = context;
    this.blas = blas;
    this.gram = new CudaGramOps(context, blas, config.cuda().math());
    this.layers = new CudaLayerOps(context, blas);
    this.solve = new CudaSolveOps(context, gram, blas);
  }

  @Override
  public BackendId id() {
    return BackendId.CUDA;
  }

  @Override
  public DeviceInfo device() {
    return device;
  }

  @Override
  public DeviceMatrix allocate(DType dtype, long rows, long cols) {
    return context.allocate(dtype, rows, cols);
  }

  @Override
  public DeviceMatrix upload(HostMatrix source) {
    CudaMatrix matrix = context.allocate(source.dtype(), source.rows(), source.cols());
    boolean done = false;
    try (var _ = context.turn()) {
      context.upload(source, matrix.block());
      done = true;
      return matrix;
    } finally {
      if (!done) {
        matrix.close();
      }
    }
  }

  @Override
  public void download(DeviceMatrix source, HostMatrix target) {
    if (source.rows() != target.rows() || source.cols() != target.cols()) {
      throw new dev.lamina.matrix.ShapeException(
          "download: %s cannot take %s".formatted(target.shape(), source.shape()));
    }
    try (var _ = context.turn()) {
      context.download(context.block(source), target);
    }
  }

  @Override
  public GramOps gram() {
    return gram;
  }

  @Override
  public LayerOps layers() {
    return layers;
  }

  @Override
  public SolveOps solve() {
    return solve;
  }

  @Override
  public MemoryBudget budget() {
    return context.budget();
  }

  @Override
  public void synchronize() {
    context.synchronize();
  }

  @Override
  public void close() {
    try {
      context.closing(blas::close);
    } finally {
      context.close();
    }
  }
}
