package dev.lamina.contract;

import dev.lamina.kernel.InfiniteNetwork;
import dev.lamina.kernel.Kernel;
import dev.lamina.kernel.NeuralKernels;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.matrix.ShapeException;
import dev.lamina.ops.GramOps;
import dev.lamina.ops.KernelInputException;
import dev.lamina.ops.TileListener;
import dev.lamina.ops.WideLayer;
import java.util.Collections;
import java.util.List;

/** Right operations with at most one flaw. */
final class BrokenGram implements GramOps {
  private final GramOps right;
  private final Flaw flaw;
  private final List<HostMatrix> leaks;

  /**
   * Breaks operations.
   *
   * @param right operations without a flaw
   * @param flaw what to get wrong; null for nothing
   * @param leaks takes the matrices that are left open
   */
  BrokenGram(GramOps right, Flaw flaw, List<HostMatrix> leaks) {
    this.right = right;
    this.flaw = flaw;
    this.leaks = leaks;
  }

  @Override
  public GramOps heardBy(TileListener listener) {
    return new BrokenGram(right.heardBy(listener), flaw, leaks);
  }

  @Override
  public void compute(Kernel kernel, Matrix x, Matrix z, Matrix out) {
    Kernel used = flaw == Flaw.BIAS_FORGOTTEN ? withoutBias(kernel) : kernel;
    forgiving(() -> right.compute(used, x, z, out));
    if (out instanceof HostMatrix host) {
      damage(x, z, host);
    }
  }

  private void damage(Matrix x, Matrix z, HostMatrix out) {
    long n = out.rows();
    long m = out.cols();
    double u = out.dtype().unitRoundoff();
    switch (flaw) {
      case WRONG_ENTRY -> out.set(n / 2, m / 3, 1.01 * out.get(n / 2, m / 3) + 1e-3);
      case WRONG_BY_A_FEW_ROUNDINGS -> out.set(n / 2, m / 3, out.get(n / 2, m / 3) + 2000 * u);
      case LAST_ROW_LEFT -> out.rows(n - 1, n).fill(Double.NaN);
      case NOT_SYMMETRIC -> out.set(n - 1, 0, out.get(n - 1, 0) * (1 + (n > 1 ? 4 * u : 0)));
      case DIAGONAL_ROUNDED_TWICE -> {
        if (x.equals(z)) {
          out.set(0, 0, out.get(0, 0) * (1 - 2 * u) * (1 - 60 * 0x1p-53));
        }
      }
      case PADDING_WRITTEN -> {
        if (out.rowStride() > m) {
          HostMatrix.borrow(out.segment(), out.dtype(), 1, m + 1, m + 1).set(0, m, 1);
        }
      }
      case INPUT_WRITTEN -> ((HostMatrix) x).set(0, 0, 1);
      case DUPLICATES_APART -> out.set(2, 7, out.get(2, 7) - 1e-3);
      case NOT_POSITIVE -> out.set(0, 30, out.get(0, 30) + 1e-2);
      case MEMORY_LEAKED -> leaks.add(HostMatrix.allocate(out.dtype(), 3, 3));
      case null, default -> {}
    }
  }

  /** Runs what may refuse bad input, and says nothing if that is the flaw. */
  private void forgiving(Runnable operation) {
    try {
      operation.run();
    } catch (ShapeException e) {
      if (flaw != Flaw.SHAPES_UNCHECKED) {
        throw e;
      }
    } catch (KernelInputException e) {
      boolean zero = e.getMessage().contains("zero");
      if (flaw != (zero ? Flaw.ZERO_ROW_ACCEPTED : Flaw.NAN_ACCEPTED)) {
        throw e;
      }
    }
  }

  private static Kernel withoutBias(Kernel kernel) {
    if (!(kernel instanceof Kernel.Ntk ntk)) {
      return kernel;
    }
    InfiniteNetwork n = ntk.network();
    return new Kernel.Ntk(
        new InfiniteNetwork(
            n.activations(),
            n.weightVariances(),
            Collections.nCopies(n.depth() + 1, 0.0),
            n.residual(),
            n.parametrization(),
            n.widths()));
  }

  @Override
  public void compute(Kernel kernel, Matrix x, Matrix z, Matrix out, Matrix angles) {
    right.compute(kernel, x, z, out, angles);
    if (flaw == Flaw.ANGLE_FROM_COSINE && angles instanceof HostMatrix host) {
      for (long i = 0; i < host.rows(); i++) {
        for (long j = 0; j < host.cols(); j++) {
          host.set(i, j, Math.acos((float) Math.cos(host.get(i, j))));
        }
      }
    }
  }

  @Override
  public void compute(
      NeuralKernels kernels,
      Matrix x,
      Matrix z,
      List<? extends Matrix> nngp,
      List<? extends Matrix> ntk) {
    switch (flaw) {
      case DEPTHS_SWAPPED -> right.compute(kernels, x, z, nngp, ntk.reversed());
      case KERNELS_SWAPPED -> right.compute(kernels, x, z, ntk, nngp);
      case null, default -> forgiving(() -> right.compute(kernels, x, z, nngp, ntk));
    }
  }

  @Override
  public void multiply(Kernel kernel, Matrix x, Matrix z, Matrix v, Matrix out) {
    forgiving(() -> right.multiply(kernel, x, z, v, out));
    if (flaw == Flaw.OLD_RESULT_ADDED && out instanceof HostMatrix host) {
      host.set(0, 0, host.get(0, 0) + Double.NaN);
    }
  }

  @Override
  public void diagonal(Kernel kernel, Matrix x, Matrix out) {
    forgiving(() -> right.diagonal(kernel, x, out));
  }

  @Override
  public void rowProducts(Matrix x, double alpha, double beta, Matrix out) {
    double used = flaw == Flaw.BETA_IGNORED ? Math.signum(beta) : beta;
    forgiving(() -> right.rowProducts(x, alpha, used, out));
  }

  @Override
  public void gemm(
      Matrix a,
      boolean transposeA,
      Matrix b,
      boolean transposeB,
      double alpha,
      double beta,
      Matrix out) {
    boolean both = flaw == Flaw.TRANSPOSE_IGNORED && b.rows() == b.cols();
    forgiving(() -> right.gemm(a, transposeA, b, !both && transposeB, alpha, beta, out));
  }

  @Override
  public void centre(Matrix k) {
    forgiving(() -> right.centre(k));
    if (flaw == Flaw.CENTRED_BY_ROWS_ALONE && k instanceof HostMatrix host && host.rows() > 1) {
      host.set(0, 1, host.get(0, 1) + 0.01);
    }
  }

  @Override
  public void rowNorms(Matrix x, Matrix out) {
    forgiving(() -> right.rowNorms(x, out));
    if (flaw == Flaw.NORMS_OVERFLOW && out instanceof HostMatrix host) {
      for (long i = 0; i < host.rows(); i++) {
        float squared = (float) (host.get(i, 0) * host.get(i, 0));
        host.set(i, 0, Math.sqrt(squared));
      }
    }
  }

  @Override
  public double dot(Matrix a, Matrix b) {
    double[] result = new double[1];
    forgiving(() -> result[0] = right.dot(a, b));
    return flaw == Flaw.DOT_IN_FLOAT32 ? (float) result[0] : result[0];
  }

  @Override
  public void hadamard(Matrix a, Matrix out) {
    forgiving(() -> right.hadamard(a, out));
    if (flaw == Flaw.HADAMARD_SKIPS_AN_ENTRY && out instanceof HostMatrix host) {
      host.set(0, 0, 2);
    }
  }

  @Override
  public double[] hadamardNorms(List<? extends Matrix> d, List<? extends Matrix> g) {
    double[][] result = new double[1][];
    forgiving(() -> result[0] = right.hadamardNorms(d, g));
    if (flaw == Flaw.BLOCKS_COUNTED_ONCE && d.getFirst().rows() > g.getFirst().rows()) {
      result[0][0] *= 0.9;
    }
    return result[0];
  }

  @Override
  public void arcCosine(WideLayer layer, Matrix k, Matrix out) {
    forgiving(() -> right.arcCosine(layer, k, out));
    if (out instanceof HostMatrix f && f.rows() > 1) {
      double u = f.dtype().unitRoundoff();
      switch (flaw) {
        case LAYER_NOT_SYMMETRIC -> f.set(0, 1, f.get(0, 1) * (1 + 2 * u));
        case LAYER_FROM_ROUNDED_COSINE -> f.set(0, 1, f.get(0, 1) * (1 - 2 * u));
        case null, default -> {}
      }
    }
  }

  @Override
  public void arcCosineAdjoint(WideLayer layer, Matrix k, Matrix g) {
    double[][] before = g instanceof HostMatrix old ? old.toArray() : new double[0][];
    forgiving(() -> right.arcCosineAdjoint(layer, k, g));
    if (g instanceof HostMatrix h) {
      double weight = layer.weightVariance();
      switch (flaw) {
        case DIAGONAL_RULE_FORGOTTEN -> {
          for (int i = 0; i < before.length; i++) {
            h.set(i, i, weight * before[i][i] / 2);
          }
        }
        case DEAD_SAMPLES_PULL -> h.set(1, 0, weight * before[1][0] / 2);
        case ADJOINT_DEPENDS_ON_THREADS ->
            h.set(1, 1, h.get(1, 1) * (1 + 2 * h.dtype().unitRoundoff()));
        case null, default -> {}
      }
    }
  }

  @Override
  public void addToDiagonal(double value, Matrix k) {
    forgiving(() -> right.addToDiagonal(value, k));
    if (flaw == Flaw.DIAGONAL_REPLACED && k instanceof HostMatrix host) {
      host.set(1, 1, value);
    }
  }

  @Override
  public void diagonalOf(Matrix k, Matrix out) {
    forgiving(() -> right.diagonalOf(k, out));
    if (flaw == Flaw.DIAGONAL_TAKEN_AS_A_ROW
        && k instanceof HostMatrix from
        && out instanceof HostMatrix to) {
      for (long i = 0; i < from.rows(); i++) {
        to.set(i, 0, from.get(0, i));
      }
    }
  }

  @Override
  public void scaleRows(Matrix factors, Matrix x) {
    double[][] before = x instanceof HostMatrix old ? old.toArray() : new double[0][];
    forgiving(() -> right.scaleRows(factors, x));
    if (flaw == Flaw.LAST_ROW_NOT_SCALED && x instanceof HostMatrix host) {
      for (int j = 0; j < host.cols(); j++) {
        host.set(host.rows() - 1, j, before[before.length - 1][j]);
      }
    }
  }
}
