package dev.lamina.cuda;

import dev.lamina.config.CudaMath;
import dev.lamina.cuda.KernelTiles.Arithmetic;
import dev.lamina.cuda.KernelTiles.Inputs;
import dev.lamina.kernels.DeviceFunction;
import dev.lamina.lowering.InputScale;
import dev.lamina.lowering.LoweredKernel;
import dev.lamina.lowering.RowProgram;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.AbstractGramOps;
import dev.lamina.ops.GramOps;
import dev.lamina.ops.RowScan;
import dev.lamina.ops.TileListener;
import dev.lamina.ops.WideLayer;
import java.util.List;

/** Kernel and Gram matrices on a GPU. */
final class CudaGramOps extends AbstractGramOps {
  private static final int ROWS_PER_BLOCK = 8;

  /** Compute capability from which on there are TF32 tensor cores. */
  static final int TENSOR_CORES = 8;

  private static final int PRODUCTS_PER_BLOCK = 8192;

  private final DeviceContext context;
  private final DeviceBlas blas;
  private final KernelRoute.Choice choice;
  private final TileListener listener;

  CudaGramOps(DeviceContext context, DeviceBlas blas, CudaMath math) {
    this(
        context,
        blas,
        (kernel, dtype, d) ->
            KernelRoute.fused(
                Arithmetic.of(kernel, dtype, d, math, tensorCores(context.driver().properties()))));
  }

  CudaGramOps(DeviceContext context, DeviceBlas blas, KernelRoute.Choice choice) {
    this(context, blas, choice, TileListener.NONE);
  }

  private CudaGramOps(
      DeviceContext context, DeviceBlas blas, KernelRoute.Choice choice, TileListener listener) {
    this.context = context;
    this.blas = blas;
    this.choice = choice;
    this.listener = listener;
  }

  @Override
  public GramOps heardBy(TileListener other) {
    return new CudaGramOps(context, blas, choice, other);
  }

  private static boolean tensorCores(CudaDriver.DeviceProperties device) {
    return device.emulated() || device.major() >= TENSOR_CORES;
  }

  @Override
  protected void doCompute(Lowering lowering, Matrix x, Matrix z, List<? extends Matrix> outputs) {
    try (var _ = context.turn()) {
      Inputs inputs = inputs("compute", lowering, x, z);
      if (x.rows() > 0 && z.rows() > 0) {
        try (Workspace workspace = context.workspace("compute")) {
          KernelMatrices.compute(workspace, inputs, route(inputs), outputs, listener);
        }
      }
    }
  }

  @Override
  protected void doMultiply(Lowering lowering, Matrix x, Matrix z, Matrix v, Matrix out) {
    try (var _ = context.turn()) {
      Inputs inputs = inputs("multiply", lowering, x, z);
      if (out.rows() == 0 || out.cols() == 0) {
        return;
      }
      try (Workspace workspace = context.workspace("multiply")) {
        if (z.rows() == 0) {
          fill(workspace, out);
        } else {
          KernelProducts.compute(workspace, inputs, route(inputs).arithmetic(), v, out);
        }
      }
    }
  }

  /** Writes zeros. */
  private void fill(Workspace workspace, Matrix out) {
    switch (out) {
      case HostMatrix host -> host.fill(0);
      case DeviceMatrix device -> {
        DeviceBlock block = context.block(device);
        Launch.of(
                workspace.context(),
                block.dtype(),
                DeviceFunction.FILL_F32,
                DeviceFunction.FILL_F64)
            .with(block.address(), block.rows(), block.cols(), block.stride())
            .real(0)
            .runOverEntries(block.rows(), block.cols());
      }
    }
  }

  private KernelRoute route(Inputs inputs) {
    return choice.of(inputs.kernel(), inputs.x().dtype(), inputs.x().cols());
  }

  private Inputs inputs(String operation, Lowering lowering, Matrix x, Matrix z) {
    boolean symmetric = context.same(x, z);
    RowNorms xNorms = RowNorms.of(context, operation, "x", x);
    RowNorms zNorms = symmetric ? xNorms : RowNorms.of(context, operation, "z", z);
    RowScan both = xNorms.scan().and(zNorms.scan());
    both.requireRange(operation, x.dtype());
    LoweredKernel kernel = lowering.lower(new InputScale(x.cols(), both.largest()));
    xNorms.requireDefined(operation, "x", kernel);
    if (!symmetric) {
      zNorms.requireDefined(operation, "z", kernel);
    }
    return new Inputs(kernel, x, z, xNorms, zNorms, symmetric);
  }

  @Override
  protected void doDiagonal(Lowering lowering, Matrix x, Matrix out) {
    try (var _ = context.turn()) {
      Inputs inputs = inputs("diagonal", lowering, x, x);
      RowProgram program = inputs.kernel().rows();
      double[] workspace = program.workspace();
      double[] slots = new double[program.slots()];
      double[] diagonal = new double[program.outputs()];
      try (HostMatrix values = HostMatrix.allocate(x.dtype(), x.rows(), 1)) {
        for (int i = 0; i < x.rows(); i++) {
          program.evaluate(inputs.xNorms().squared()[i], workspace, slots, diagonal);
          values.set(i, 0, diagonal[0]);
        }
        put(values, out);
      }
    }
  }

  /** Copies host values to a matrix wherever it lies. */
  private void put(HostMatrix values, Matrix out) {
    switch (out) {
      case HostMatrix host -> host.copyFrom(values);
      case DeviceMatrix device -> context.upload(values, context.block(device));
    }
  }

  @Override
  protected void doRowProducts(Matrix x, double alpha, double beta, Matrix out) {
    try (var _ = context.turn();
        Workspace workspace = context.workspace("rowProducts")) {
      MatrixProducts.rowProducts(workspace, x, alpha, beta, out);
    }
  }

  @Override
  protected void doGemm(
      Matrix a,
      boolean transposeA,
      Matrix b,
      boolean transposeB,
      double alpha,
      double beta,
      Matrix out) {
    try (var _ = context.turn();
        Workspace workspace = context.workspace("gemm")) {
      MatrixProducts.gemm(
          workspace,
          blas,
          new MatrixProducts.Factor(a, transposeA),
          new MatrixProducts.Factor(b, transposeB),
          alpha,
          beta,
          out);
    }
  }

  @Override
  protected void doCentre(Matrix k) {
    if (k.rows() > 0) {
      try (var _ = context.turn();
          Workspace workspace = context.workspace("centre")) {
        Centring.centre(workspace, k);
      }
    }
  }

  @Override
  protected void doRowNorms(Matrix x, Matrix out) {
    if (x.rows() == 0) {
      return;
    }
    try (var _ = context.turn();
        Workspace workspace = context.workspace("rowNorms")) {
      long step =
          TileEdge.of(
              workspace,
              1,
              x.rows(),
              rows -> Source.bytes(x, rows, x.cols()) + Target.bytes(out, rows, 1));
      Source source = Source.of(workspace, "rows", x, step, x.cols());
      try (Target target = Target.of(workspace, "norms", out, step, 1)) {
        for (long from = 0; from < x.rows(); from += step) {
          long rows = Math.min(step, x.rows() - from);
          DeviceBlock norms = target.block(from, rows, 0, 1, false);
          DeviceBlock in = source.block(from, rows, 0, x.cols());
          Launch.of(context, x.dtype(), DeviceFunction.ROW_NORMS_F32, DeviceFunction.ROW_NORMS_F64)
              .with(in.address(), rows, x.cols(), in.stride(), norms.address(), norms.stride())
              .run(Math.ceilDiv(rows, ROWS_PER_BLOCK));
          source.used();
          target.filled();
        }
      }
    }
  }

  @Override
  protected void doHadamard(Matrix a, Matrix out) {
    try (var _ = context.turn();
        Workspace workspace = context.workspace("hadamard")) {
      new HadamardProducts(workspace).multiply(a, out);
    }
  }

  @Override
  protected double[] doHadamardNorms(List<? extends Matrix> d, List<? extends Matrix> g) {
    try (var _ = context.turn();
        Workspace workspace = context.workspace("hadamardNorms")) {
      return new HadamardProducts(workspace).norms(blas, d, g);
    }
  }

  @Override
  protected double doDot(Matrix a, Matrix b) {
    if (a.rows() == 0 || a.cols() == 0) {
      return 0;
    }
    try (var _ = context.turn();
        Workspace workspace = context.workspace("dot");
        HostMatrix sum = HostMatrix.allocate(DType.FLOAT64, 1, 1)) {
      long cols = a.cols();
      long step =
          TileEdge.of(
              workspace,
              1,
              a.rows(),
              rows ->
                  Source.bytes(a, rows, cols)
                      + Source.bytes(b, rows, cols)
                      + Double.BYTES * (1 + parts(a.rows(), rows, cols)));
      Source left = Source.of(workspace, "a", a, step, cols);
      Source right = Source.of(workspace, "b", b, step, cols);
      DeviceBlock partial =
          workspace.block("partial sums", DType.FLOAT64, parts(a.rows(), step, cols), 1);
      DeviceBlock result = workspace.block("the sum", DType.FLOAT64, 1, 1);
      long part = 0;
      for (long from = 0; from < a.rows(); from += step) {
        long rows = Math.min(step, a.rows() - from);
        DeviceBlock x = left.block(from, rows, 0, cols);
        DeviceBlock y = right.block(from, rows, 0, cols);
        long blocks = Math.ceilDiv(Math.multiplyExact(rows, cols), PRODUCTS_PER_BLOCK);
        Launch.of(context, a.dtype(), DeviceFunction.DOT_F32, DeviceFunction.DOT_F64)
            .with(x.address(), x.stride(), y.address(), y.stride(), rows, cols)
            .address(partial.part(part, blocks, 0, 1))
            .run(blocks);
        left.used();
        right.used();
        part += blocks;
      }
      new Launch(context, DeviceFunction.SUM)
          .with(partial.address(), part)
          .real(1)
          .address(result)
          .run(1);
      context.download(result, sum);
      return sum.get(0, 0);
    }
  }

  @Override
  protected void doArcCosine(WideLayer layer, Matrix k, Matrix out) {
    if (k.rows() > 0) {
      try (var _ = context.turn();
          Workspace workspace = context.workspace("arcCosine")) {
        WideLayers.forward(workspace, layer, k, out);
      }
    }
  }

  @Override
  protected void doArcCosineAdjoint(WideLayer layer, Matrix k, Matrix g) {
    if (k.rows() > 0) {
      try (var _ = context.turn();
          Workspace workspace = context.workspace("arcCosineAdjoint")) {
        WideLayers.backward(workspace, layer, k, g);
      }
    }
  }

  @Override
  protected void doAddToDiagonal(double value, Matrix k) {
    switch (k) {
      case HostMatrix host -> {
        for (long i = 0; i < host.rows(); i++) {
          host.set(i, i, host.get(i, i) + value);
        }
      }
      case DeviceMatrix device -> {
        try (var _ = context.turn()) {
          Diagonals.add(context, value, context.block(device));
        }
      }
    }
  }

  @Override
  protected void doDiagonalOf(Matrix k, Matrix out) {
    if (k.rows() > 0) {
      try (var _ = context.turn();
          Workspace workspace = context.workspace("diagonalOf")) {
        Diagonals.copy(workspace, k, out);
      }
    }
  }

  @Override
  protected void doScaleRows(Matrix factors, Matrix x) {
    if (x.rows() > 0 && x.cols() > 0) {
      try (var _ = context.turn();
          Workspace workspace = context.workspace("scaleRows")) {
        Diagonals.scaleRows(workspace, factors, x);
      }
    }
  }

  /** Returns how many partial sums there are if the rows are taken {@code step} at a time. */
  private static long parts(long all, long step, long cols) {
    long whole = all / step * Math.ceilDiv(Math.multiplyExact(step, cols), PRODUCTS_PER_BLOCK);
    return whole + Math.ceilDiv(Math.multiplyExact(all % step, cols), PRODUCTS_PER_BLOCK);
  }
}
