package dev.lamina.cuda;

import dev.lamina.kernels.DeviceFunction;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.DenseGradient;
import dev.lamina.ops.DenseParameters;
import java.util.Optional;

/**
 * Forward and backward through a fully connected layer.
 *
 * <p>Matrices on the device are multiplied by the library where there is one. Without it, and for
 * host matrices, our own tiles do it: each entry of theirs is one sum in one order, so it does not
 * matter how host matrices are cut, and the inner index never is.
 */
final class DensePass {
  private static final long LEAST_EDGE = 8;

  private final DeviceContext context;
  private final DeviceBlas blas;
  private final OwnBlas own;

  DensePass(DeviceContext context, DeviceBlas blas) {
    this.context = context;
    this.blas = blas;
    this.own = new OwnBlas(context);
  }

  private static boolean resident(Matrix... matrices) {
    for (Matrix m : matrices) {
      if (!(m instanceof DeviceMatrix)) {
        return false;
      }
    }
    return true;
  }

  /** Computes z = x Wᵀ + 1 bᵀ and a = φ(z); z is not written if it is a. */
  void forward(DenseParameters layer, Matrix x, Matrix z, Matrix a) {
    Matrix w = layer.weights();
    boolean onDevice =
        resident(x, w, z, a) && (layer.bias().isEmpty() || resident(layer.bias().get()));
    try (Workspace workspace = context.workspace("forward")) {
      ActivationCode activation = ActivationCode.of(workspace, layer.activation());
      if (onDevice && !(blas instanceof OwnBlas)) {
        byLibrary(layer, activation, (DeviceMatrix) x, (DeviceMatrix) z, (DeviceMatrix) a);
      } else {
        byTiles(workspace, layer, activation, x, z, a);
      }
    }
  }

  private void byLibrary(
      DenseParameters layer,
      ActivationCode activation,
      DeviceMatrix x,
      DeviceMatrix z,
      DeviceMatrix a) {
    DeviceBlock weights = context.block((DeviceMatrix) layer.weights());
    DeviceBlock to = context.block(z);
    blas.gemm(context.block(x), false, weights, true, 1, 0, to);
    Optional<DeviceBlock> bias = layer.bias().map(b -> context.block((DeviceMatrix) b));
    activate(context, activation, to, bias, context.block(a));
  }

  /** Computes z ← z + 1 bᵀ, if there is a bias, and a = φ(z). */
  static void activate(
      DeviceContext context,
      ActivationCode activation,
      DeviceBlock z,
      Optional<DeviceBlock> bias,
      DeviceBlock a) {
    EntryRange range = bias.isPresent() ? new EntryRange(z.rows(), z.cols()) : EntryRange.of(z, a);
    Launch.of(context, z.dtype(), DeviceFunction.ACTIVATE_F32, DeviceFunction.ACTIVATE_F64)
        .with(z.address(), z.stride(), range.rows(), range.cols())
        .with(bias.map(DeviceBlock::address).orElse(0L))
        .activation(activation)
        .with(a.address(), a.stride())
        .runOverEntries(range.rows(), range.cols());
  }

  private void byTiles(
      Workspace workspace,
      DenseParameters layer,
      ActivationCode activation,
      Matrix x,
      Matrix z,
      Matrix a) {
    Matrix w = layer.weights();
    boolean wanted = !context.same(z, a);
    long inner = x.cols();
    long edge = edge(workspace, layer, x, z, a, wanted);
    long n = Math.min(edge, a.rows());
    long m = Math.min(edge, a.cols());
    Source left = Source.of(workspace, "the input", x, n, inner);
    Source right = Source.of(workspace, "the weights", w, m, inner);
    Optional<Source> shift = layer.bias().map(b -> Source.of(workspace, "the bias", b, 1, m));
    try (Target after = Target.of(workspace, "the activations", a, n, m);
        Target before = wanted ? Target.of(workspace, "the pre-activations", z, n, m) : after) {
      for (long row = 0; row < a.rows(); row += n) {
        long rows = Math.min(n, a.rows() - row);
        for (long col = 0; col < a.cols(); col += m) {
          long cols = Math.min(m, a.cols() - col);
          DeviceBlock in = left.block(row, rows, 0, inner);
          DeviceBlock weights = right.block(col, cols, 0, inner);
          long bias = shift.isPresent() ? shift.get().block(0, 1, col, cols).address() : 0;
          DeviceBlock out = after.block(row, rows, col, cols, false);
          DeviceBlock pre = wanted ? before.block(row, rows, col, cols, false) : out;
          tile(activation, in, weights, bias, wanted ? pre.address() : 0, pre.stride(), out);
          left.used();
          right.used();
          shift.ifPresent(Source::used);
          after.filled();
          if (wanted) {
            before.filled();
          }
        }
      }
    }
  }

  private static long edge(
      Workspace workspace, DenseParameters layer, Matrix x, Matrix z, Matrix a, boolean wanted) {
    return TileEdge.of(
        workspace,
        LEAST_EDGE,
        Math.max(a.rows(), a.cols()),
        e -> {
          long n = Math.min(e, a.rows());
          long m = Math.min(e, a.cols());
          return Source.bytes(x, n, x.cols())
              + Source.bytes(layer.weights(), m, x.cols())
              + (layer.bias().isPresent() ? Source.bytes(layer.bias().get(), 1, m) : 0)
              + (wanted ? Target.bytes(z, n, m) : 0)
              + Target.bytes(a, n, m);
        });
  }

  private void tile(
      ActivationCode activation,
      DeviceBlock x,
      DeviceBlock w,
      long bias,
      long z,
      long zStride,
      DeviceBlock a) {
    Launch.of(
            context, x.dtype(), DeviceFunction.DENSE_FORWARD_F32, DeviceFunction.DENSE_FORWARD_F64)
        .with(x.address(), x.stride(), x.rows(), w.address(), w.stride(), w.rows(), x.cols(), bias)
        .activation(activation)
        .with(z, zStride, a.address(), a.stride())
        .runTiles(a.rows(), a.cols());
  }

  /** Computes delta ← delta ∘ φ′(z), the gradients, and dx = delta W if it is wanted. */
  void backward(
      DenseParameters layer,
      Matrix x,
      Matrix z,
      Matrix delta,
      DenseGradient gradient,
      Optional<? extends Matrix> dx) {
    if (gradient.bias().isPresent()) {
      deltaAndBias(layer, z, delta, gradient.bias().get());
    } else {
      delta(layer, z, delta);
    }
    product(delta, true, x, gradient.weights());
    if (dx.isPresent()) {
      product(delta, false, layer.weights(), dx.get());
    }
  }

  private void delta(DenseParameters layer, Matrix z, Matrix delta) {
    if (ActivationCode.isIdentity(layer.activation()) || z.rows() == 0 || z.cols() == 0) {
      return;
    }
    try (Workspace workspace = context.workspace("backward")) {
      activateBackward(workspace, ActivationCode.of(workspace, layer.activation()), z, delta);
    }
  }

  /** Computes delta ← delta ∘ φ′(z). */
  static void activateBackward(
      Workspace workspace, ActivationCode activation, Matrix z, Matrix delta) {
    Strips.ofRows(workspace, z.rows())
        .read("z", z)
        .changed("delta", delta)
        .run((from, blocks) -> {
          EntryRange range = EntryRange.of(blocks);
          Launch.of(
                  workspace.context(),
                  z.dtype(),
                  DeviceFunction.ACTIVATE_BACKWARD_F32,
                  DeviceFunction.ACTIVATE_BACKWARD_F64)
              .with(blocks[0].address(), blocks[0].stride(), range.rows(), range.cols())
              .activation(activation)
              .with(blocks[1].address(), blocks[1].stride())
              .runOverEntries(range.rows(), range.cols());
        });
  }

  private void deltaAndBias(DenseParameters layer, Matrix z, Matrix delta, Matrix bias) {
    if (bias.cols() == 0) {
      return;
    }
    boolean identity = ActivationCode.isIdentity(layer.activation());
    long parts = Math.max(1, Math.ceilDiv(delta.rows(), (long) DeviceFunction.DELTA_ROWS));
    try (Workspace workspace = context.workspace("backward")) {
      ActivationCode activation = ActivationCode.of(workspace, layer.activation());
      long partial =
          parts == 1
              ? 0
              : workspace.block("partial sums", DType.FLOAT64, parts, bias.cols()).address();
      Strips strips =
          Strips.ofColumns(workspace, bias.cols(), DeviceFunction.LAYER_COLUMNS)
              .written("the gradient of the bias", bias);
      if (identity) {
        strips
            .read("delta", delta)
            .run((from, b) -> sums(activation, 0, 0, b[1], parts, partial, b[0]));
      } else {
        strips
            .changed("delta", delta)
            .read("z", z)
            .run((from, b) ->
                sums(activation, b[2].address(), b[2].stride(), b[1], parts, partial, b[0]));
      }
    }
  }

  /** Computes delta ← delta ∘ φ′(z), unless z is 0, and the sums of its columns. */
  private void sums(
      ActivationCode activation,
      long z,
      long zStride,
      DeviceBlock delta,
      long parts,
      long partial,
      DeviceBlock bias) {
    long cols = bias.cols();
    Launch.of(context, bias.dtype(), DeviceFunction.DENSE_DELTA_F32, DeviceFunction.DENSE_DELTA_F64)
        .with(z, zStride, delta.rows(), cols)
        .activation(activation)
        .with(delta.address(), delta.stride(), partial, bias.address())
        .run(Math.ceilDiv(cols, (long) DeviceFunction.LAYER_COLUMNS), parts, 1);
    if (parts > 1) {
      Launch.of(
              context,
              bias.dtype(),
              DeviceFunction.MULTIPLY_SUM_F32,
              DeviceFunction.MULTIPLY_SUM_F64)
          .with(partial, parts, 1, cols, bias.address(), bias.stride())
          .run(Math.ceilDiv(cols, (long) DeviceFunction.MULTIPLY_SUM_F32.threads()));
    }
  }

  /** Computes out = op(delta) b. */
  private void product(Matrix delta, boolean transposed, Matrix b, Matrix out) {
    try (Workspace workspace = context.workspace("backward")) {
      MatrixProducts.gemmOfWholeSums(
          workspace,
          resident(delta, b, out) ? blas : own,
          new MatrixProducts.Factor(delta, transposed),
          new MatrixProducts.Factor(b, false),
          out);
    }
  }
}
