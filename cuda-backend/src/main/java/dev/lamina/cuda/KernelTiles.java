package dev.lamina.cuda;

import dev.lamina.config.CudaMath;
import dev.lamina.kernels.DeviceFunction;
import dev.lamina.lowering.LoweredKernel;
import dev.lamina.lowering.NearPairs;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A lowered kernel and the rows that it is evaluated on, ready for launches: the encoded program
 * and the row values are on the device, rows are brought there as they are asked for.
 */
final class KernelTiles {

  /** Row values of all rows are kept if they take no more than this share of the memory. */
  private static final int SHARE = 4;

  private final DeviceContext context;
  private final Inputs inputs;
  private final Arithmetic arithmetic;
  private final boolean kept;
  private final DeviceBlock program;
  private final RowValues xValues;
  private final RowValues zValues;
  private final Source xRows;
  private final Source zRows;

  /**
   * What a kernel is evaluated on.
   *
   * @param kernel the lowered kernel
   * @param x rows of the kernel matrix
   * @param z columns; {@code x} itself if symmetric
   * @param xNorms ‖x_i‖²
   * @param zNorms ‖z_j‖²
   * @param symmetric whether z is x
   */
  record Inputs(
      LoweredKernel kernel,
      Matrix x,
      Matrix z,
      RowNorms xNorms,
      RowNorms zNorms,
      boolean symmetric) {

    long n() {
      return x.rows();
    }

    long m() {
      return z.rows();
    }
  }

  /**
   * How products and entries are computed.
   *
   * @param code the encoded program
   * @param single whether slots are pairs of float32
   * @param gram fused products and program
   * @param multiply product with a matrix
   */
  record Arithmetic(
      ProgramCode code, boolean single, DeviceFunction gram, DeviceFunction multiply) {

    /**
     * Chooses for an element type.
     *
     * @param tensorCores whether the device multiplies TF32 numbers
     */
    static Arithmetic of(
        LoweredKernel kernel, DType dtype, long d, CudaMath math, boolean tensorCores) {
      ProgramCode code = code(kernel, dtype, d);
      if (dtype == DType.FLOAT64) {
        return new Arithmetic(
            code,
            false,
            code.isUniform() ? DeviceFunction.GRAM_F64_UNIFORM : DeviceFunction.GRAM_F64,
            DeviceFunction.MULTIPLY_F64);
      }
      if (code.float64Only() || math == CudaMath.FLOAT64) {
        return new Arithmetic(
            code(kernel, DType.FLOAT64, d),
            false,
            DeviceFunction.GRAM_F32_BY_F64,
            DeviceFunction.MULTIPLY_F32_BY_F64);
      }
      return new Arithmetic(
          code, true, single(code, math, tensorCores), DeviceFunction.MULTIPLY_F32);
    }

    private static DeviceFunction single(ProgramCode code, CudaMath math, boolean tensorCores) {
      if (!code.isUniform()) {
        return DeviceFunction.GRAM_F32;
      }
      return math == CudaMath.TF32X3 && tensorCores
          ? DeviceFunction.GRAM_F32_3XTF32
          : DeviceFunction.GRAM_F32_UNIFORM;
    }

    private static ProgramCode code(LoweredKernel kernel, DType products, long d) {
      NearPairs near = NearPairs.of(products, d);
      return ProgramCode.of(kernel.entries(), near.complement(), near.distance());
    }
  }

  /**
   * Brings program and, if there is room, row values to the device.
   *
   * @param workspace takes the memory
   * @param inputs kernel and rows
   * @param arithmetic how
   * @param edge most rows of x, and of z, that are asked for at once
   */
  KernelTiles(Workspace workspace, Inputs inputs, Arithmetic arithmetic, long edge) {
    this.context = workspace.context();
    this.inputs = inputs;
    this.arithmetic = arithmetic;
    this.kept = isKept(inputs, workspace.available());
    program = upload(workspace, arithmetic.code().words());
    long xPitch = kept ? inputs.n() : Math.min(edge, inputs.n());
    long zPitch = kept ? inputs.m() : Math.min(edge, inputs.m());
    boolean shared = inputs.symmetric() && (kept || xPitch == inputs.n());
    var rows = inputs.kernel().rows();
    xValues = new RowValues(workspace, rows, arithmetic.single(), xPitch);
    zValues = shared ? xValues : new RowValues(workspace, rows, arithmetic.single(), zPitch);
    long d = inputs.x().cols();
    boolean one = inputs.symmetric() && edge >= inputs.n();
    xRows = Source.of(workspace, "rows of x", inputs.x(), Math.min(edge, inputs.n()), d);
    zRows =
        one ? xRows : Source.of(workspace, "rows of z", inputs.z(), Math.min(edge, inputs.m()), d);
  }

  private static boolean isKept(Inputs inputs, long available) {
    var rows = inputs.kernel().rows();
    long all = Math.addExact(inputs.n(), inputs.symmetric() ? 0 : inputs.m());
    return RowValues.bytes(rows, all) <= available / SHARE;
  }

  /** Returns the bytes that a set of tiles with some edge takes. */
  static long bytes(Inputs inputs, Arithmetic arithmetic, long edge, long available) {
    var rows = inputs.kernel().rows();
    long d = inputs.x().cols();
    long a = Math.min(edge, inputs.n());
    long b = Math.min(edge, inputs.m());
    boolean one = inputs.symmetric() && edge >= inputs.n();
    boolean kept = isKept(inputs, available);
    long xs = kept ? inputs.n() : a;
    long zs = kept ? inputs.m() : b;
    boolean shared = inputs.symmetric() && xs == inputs.n();
    return (long) arithmetic.code().words().length * Long.BYTES
        + RowValues.bytes(rows, xs)
        + (shared ? 0 : RowValues.bytes(rows, zs))
        + Source.bytes(inputs.x(), a, d)
        + (one ? 0 : Source.bytes(inputs.z(), b, d));
  }

  /** Copies 64-bit words to the device. */
  private static DeviceBlock upload(Workspace workspace, long[] words) {
    DeviceBlock block = workspace.block("program", DType.FLOAT64, 1, words.length);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocateFrom(ValueLayout.JAVA_LONG, words);
      workspace
          .context()
          .upload(HostMatrix.borrow(segment, DType.FLOAT64, 1, words.length, words.length), block);
    }
    return block;
  }

  Arithmetic arithmetic() {
    return arithmetic;
  }

  /**
   * Begins a launch with the arguments that {@code GRAM} and {@code MULTIPLY} share.
   *
   * @param function which
   * @param row first row of x
   * @param n rows of x
   * @param col first row of z
   * @param m rows of z
   * @param outputs address of the table of outputs, or 0
   */
  Launch begin(DeviceFunction function, long row, long n, long col, long m, long outputs) {
    return begin(function, new long[0], row, n, col, m, outputs);
  }

  /**
   * Begins a launch of a function that has further arguments before the shared ones.
   *
   * @param function which
   * @param before the further arguments
   * @param row first row of x
   * @param n rows of x
   * @param col first row of z
   * @param m rows of z
   * @param outputs address of the table of outputs, or 0
   */
  Launch begin(
      DeviceFunction function, long[] before, long row, long n, long col, long m, long outputs) {
    boolean symmetric = isDiagonal(row, n, col, m);
    long d = inputs.x().cols();
    DeviceBlock x = xRows.block(row, n, 0, d);
    DeviceBlock z = symmetric ? x : zRows.block(col, m, 0, d);
    RowValues zv = symmetric ? xValues : zValues;
    load(xValues, inputs.xNorms(), row, n);
    load(zv, symmetric ? inputs.xNorms() : inputs.zNorms(), col, m);
    return new Launch(context, function)
        .with(before)
        .with(x.address(), n, x.stride(), z.address(), m, z.stride(), d)
        .with(xValues.norms(row), xValues.slots(row), xValues.pitch())
        .with(zv.norms(col), zv.slots(col), zv.pitch())
        .with(program.address(), outputs, symmetric ? xValues.diagonal(row) : 0, symmetric ? 1 : 0);
  }

  private void load(RowValues values, RowNorms norms, long from, long count) {
    if (kept) {
      values.load(norms.squared(), 0, norms.squared().length);
    } else {
      values.load(norms.squared(), from, from + count);
    }
  }

  /** Returns whether a tile lies on the diagonal of a symmetric matrix. */
  boolean isDiagonal(long row, long n, long col, long m) {
    return inputs.symmetric() && row == col && n == m;
  }

  /** Computes the dot products of rows of x and z by a library. */
  void products(DeviceBlas blas, long row, long n, long col, long m, DeviceBlock out) {
    long d = inputs.x().cols();
    DeviceBlock x = xRows.block(row, n, 0, d);
    DeviceBlock z = isDiagonal(row, n, col, m) ? x : zRows.block(col, m, 0, d);
    blas.gemm(x, false, z, true, 1, 0, out);
  }

  /** Says that the launch has been made. */
  void used(long row, long n, long col, long m) {
    xRows.used();
    xValues.used();
    if (!isDiagonal(row, n, col, m)) {
      zRows.used();
      zValues.used();
    }
  }
}
