package dev.lamina.analysis.regression;

import dev.lamina.kernel.InfiniteNetwork;
import dev.lamina.kernel.Kernel;
import dev.lamina.kernel.NeuralKernels;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.matrix.ShapeException;
import dev.lamina.ops.GramOps;
import dev.lamina.ops.TileListener;
import dev.lamina.ops.WideLayer;
import java.util.List;

/** The part of {@link GramOps} that regression uses, in plain float64 loops. */
final class NaiveGram implements GramOps {
  private int neuralPasses;

  @Override
  public GramOps heardBy(TileListener listener) {
    throw new UnsupportedOperationException("regression listens to nothing");
  }

  int neuralPasses() {
    return neuralPasses;
  }

  private static double[][] array(Matrix m) {
    return ((HostMatrix) m).toArray();
  }

  private static void store(double[][] values, Matrix out) {
    require(out.rows() == values.length, "rows", out);
    for (int i = 0; i < values.length; i++) {
      require(out.cols() == values[i].length, "columns", out);
      for (int j = 0; j < values[i].length; j++) {
        ((HostMatrix) out).set(i, j, values[i][j]);
      }
    }
  }

  private static void require(boolean condition, String what, Matrix m) {
    if (!condition) {
      throw new ShapeException("naive backend: wrong " + what + " or type of " + m.shape());
    }
  }

  private static void sameType(Matrix... matrices) {
    for (Matrix m : matrices) {
      require(m.dtype() == matrices[0].dtype(), "type", m);
    }
  }

  @Override
  public void compute(Kernel kernel, Matrix x, Matrix z, Matrix out) {
    sameType(x, z, out);
    store(NaiveKernels.matrix(kernel, array(x), array(z)), out);
  }

  @Override
  public void compute(Kernel kernel, Matrix x, Matrix z, Matrix out, Matrix angles) {
    throw new UnsupportedOperationException("not used by regression");
  }

  @Override
  public void compute(
      NeuralKernels kernels,
      Matrix x,
      Matrix z,
      List<? extends Matrix> nngp,
      List<? extends Matrix> ntk) {
    neuralPasses++;
    for (int i = 0; i < kernels.depths().size(); i++) {
      InfiniteNetwork network = kernels.network().prefix(kernels.depths().get(i));
      compute(new Kernel.Nngp(network), x, z, nngp.get(i));
      compute(new Kernel.Ntk(network), x, z, ntk.get(i));
    }
  }

  @Override
  public void multiply(Kernel kernel, Matrix x, Matrix z, Matrix v, Matrix out) {
    sameType(x, z, v, out);
    double[][] k = NaiveKernels.matrix(kernel, array(x), array(z));
    store(product(k, array(v)), out);
  }

  @Override
  public void diagonal(Kernel kernel, Matrix x, Matrix out) {
    sameType(x, out);
    double[][] rows = array(x);
    double[][] values = new double[rows.length][1];
    for (int i = 0; i < rows.length; i++) {
      values[i][0] = NaiveKernels.value(kernel, rows[i], rows[i]);
    }
    store(values, out);
  }

  @Override
  public void rowProducts(Matrix x, double alpha, double beta, Matrix out) {
    throw new UnsupportedOperationException("not used by regression");
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
    sameType(a, b, out);
    double[][] left = transposeA ? transpose(array(a)) : array(a);
    double[][] right = transposeB ? transpose(array(b)) : array(b);
    double[][] p = product(left, right);
    for (int i = 0; i < p.length; i++) {
      for (int j = 0; j < p[i].length; j++) {
        double old = beta == 0 ? 0 : beta * ((HostMatrix) out).get(i, j);
        p[i][j] = alpha * p[i][j] + old;
      }
    }
    store(p, out);
  }

  static double[][] transpose(double[][] m) {
    double[][] t = new double[m.length == 0 ? 0 : m[0].length][m.length];
    for (int i = 0; i < m.length; i++) {
      for (int j = 0; j < m[i].length; j++) {
        t[j][i] = m[i][j];
      }
    }
    return t;
  }

  private static double[][] product(double[][] a, double[][] b) {
    double[][] bt = transpose(b);
    double[][] p = new double[a.length][bt.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < bt.length; j++) {
        p[i][j] = NaiveKernels.dot(a[i], bt[j]);
      }
    }
    return p;
  }

  @Override
  public void centre(Matrix k) {
    throw new UnsupportedOperationException("not used by regression");
  }

  @Override
  public void rowNorms(Matrix x, Matrix out) {
    throw new UnsupportedOperationException("not used by regression");
  }

  @Override
  public double dot(Matrix a, Matrix b) {
    throw new UnsupportedOperationException("not used by regression");
  }

  @Override
  public void hadamard(Matrix a, Matrix out) {
    throw new UnsupportedOperationException("not used by regression");
  }

  @Override
  public double[] hadamardNorms(List<? extends Matrix> d, List<? extends Matrix> g) {
    throw new UnsupportedOperationException("not used by regression");
  }

  @Override
  public void arcCosine(WideLayer layer, Matrix k, Matrix out) {
    throw new UnsupportedOperationException("not used by regression");
  }

  @Override
  public void arcCosineAdjoint(WideLayer layer, Matrix k, Matrix g) {
    throw new UnsupportedOperationException("not used by regression");
  }

  @Override
  public void addToDiagonal(double value, Matrix k) {
    throw new UnsupportedOperationException("not used by regression");
  }

  @Override
  public void diagonalOf(Matrix k, Matrix out) {
    throw new UnsupportedOperationException("not used by regression");
  }

  @Override
  public void scaleRows(Matrix factors, Matrix x) {
    throw new UnsupportedOperationException("not used by regression");
  }
}
