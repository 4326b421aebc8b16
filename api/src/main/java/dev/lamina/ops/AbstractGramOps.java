package dev.lamina.ops;

import dev.lamina.kernel.Kernel;
import dev.lamina.kernel.NeuralKernels;
import dev.lamina.lowering.InputScale;
import dev.lamina.lowering.LoweredKernel;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.matrix.ShapeException;
import java.util.ArrayList;
import java.util.List;

/** Checks shapes and lowers kernels once, so that backends write arithmetic alone. */
public abstract class AbstractGramOps implements GramOps {

  /** Creates the checks. */
  protected AbstractGramOps() {}

  /** A kernel that is lowered as soon as the backend has seen the data's dimension and norms. */
  @FunctionalInterface
  protected interface Lowering {
    /**
     * Lowers the kernel.
     *
     * @param scale what the data are like
     * @return the program
     */
    LoweredKernel lower(InputScale scale);
  }

  @Override
  public final void compute(Kernel kernel, Matrix x, Matrix z, Matrix out) {
    requireCompute(x, z, List.of(out));
    doCompute(scale -> LoweredKernel.of(kernel, false, scale), x, z, List.of(out));
  }

  @Override
  public final void compute(Kernel kernel, Matrix x, Matrix z, Matrix out, Matrix angles) {
    if (!kernel.hasAngle()) {
      throw new IllegalArgumentException(
          "compute: " + kernel + " has no angle; linear, arcCosine, nngp and ntk have one");
    }
    requireCompute(x, z, List.of(out, angles));
    doCompute(scale -> LoweredKernel.of(kernel, true, scale), x, z, List.of(out, angles));
  }

  @Override
  public final void compute(
      NeuralKernels kernels,
      Matrix x,
      Matrix z,
      List<? extends Matrix> nngp,
      List<? extends Matrix> ntk) {
    int depths = kernels.depths().size();
    if ((!nngp.isEmpty() && nngp.size() != depths) || (!ntk.isEmpty() && ntk.size() != depths)) {
      throw new ShapeException(
          "compute: nngp and ntk must each be empty or have one matrix for each of the %d depths but have %d and %d"
              .formatted(depths, nngp.size(), ntk.size()));
    }
    List<Matrix> outputs = new ArrayList<>(nngp);
    outputs.addAll(ntk);
    requireCompute(x, z, outputs);
    if (!outputs.isEmpty()) {
      doCompute(
          scale -> LoweredKernel.of(kernels, !nngp.isEmpty(), !ntk.isEmpty(), scale),
          x,
          z,
          outputs);
    }
  }

  private static void requireCompute(Matrix x, Matrix z, List<Matrix> outputs) {
    requireColumns("compute", x, z);
    List<Matrix> all = new ArrayList<>(List.of(x, z));
    for (Matrix out : outputs) {
      require(
          out.rows() == x.rows() && out.cols() == z.rows(),
          "compute: out must be %d×%d (rows of x × rows of z) but is %s; x %s, z %s",
          x.rows(),
          z.rows(),
          out.shape(),
          x.shape(),
          z.shape());
      requireApart("compute", out, all);
      all.add(out);
    }
    requireOneType("compute", all);
  }

  @Override
  public final void multiply(Kernel kernel, Matrix x, Matrix z, Matrix v, Matrix out) {
    requireColumns("multiply", x, z);
    require(
        v.rows() == z.rows(),
        "multiply: v must have %d rows (rows of z) but has %d; x %s, z %s, v %s, out %s",
        z.rows(),
        v.rows(),
        x.shape(),
        z.shape(),
        v.shape(),
        out.shape());
    require(
        out.rows() == x.rows() && out.cols() == v.cols(),
        "multiply: out must be %d×%d (rows of x × columns of v) but is %s; x %s, z %s, v %s",
        x.rows(),
        v.cols(),
        out.shape(),
        x.shape(),
        z.shape(),
        v.shape());
    requireOneType("multiply", List.of(x, z, v, out));
    requireApart("multiply", out, List.of(x, z, v));
    doMultiply(scale -> LoweredKernel.of(kernel, false, scale), x, z, v, out);
  }

  @Override
  public final void diagonal(Kernel kernel, Matrix x, Matrix out) {
    requireColumn("diagonal", x, out);
    doDiagonal(scale -> LoweredKernel.of(kernel, false, scale), x, out);
  }

  @Override
  public final void rowProducts(Matrix x, double alpha, double beta, Matrix out) {
    require(
        out.rows() == x.rows() && out.cols() == x.rows(),
        "rowProducts: out must be %d×%d (rows of x) but is %s; x %s",
        x.rows(),
        x.rows(),
        out.shape(),
        x.shape());
    requireOneType("rowProducts", List.of(x, out));
    requireApart("rowProducts", out, List.of(x));
    doRowProducts(x, alpha, beta, out);
  }

  @Override
  public final void gemm(
      Matrix a,
      boolean transposeA,
      Matrix b,
      boolean transposeB,
      double alpha,
      double beta,
      Matrix out) {
    long m = transposeA ? a.cols() : a.rows();
    long k = transposeA ? a.rows() : a.cols();
    long kb = transposeB ? b.cols() : b.rows();
    long n = transposeB ? b.rows() : b.cols();
    require(
        k == kb && out.rows() == m && out.cols() == n,
        "gemm: op(a) %d×%d times op(b) %d×%d must have equal inner sizes and fill out; a %s%s, b %s%s, out %s",
        m,
        k,
        kb,
        n,
        a.shape(),
        transposeA ? " transposed" : "",
        b.shape(),
        transposeB ? " transposed" : "",
        out.shape());
    requireOneType("gemm", List.of(a, b, out));
    requireApart("gemm", out, List.of(a, b));
    doGemm(a, transposeA, b, transposeB, alpha, beta, out);
  }

  @Override
  public final void centre(Matrix k) {
    requireSquare("centre", "k", k);
    doCentre(k);
  }

  @Override
  public final void rowNorms(Matrix x, Matrix out) {
    requireColumn("rowNorms", x, out);
    doRowNorms(x, out);
  }

  @Override
  public final double dot(Matrix a, Matrix b) {
    require(
        a.rows() == b.rows() && a.cols() == b.cols(),
        "dot: a and b must have one shape but are %s and %s",
        a.shape(),
        b.shape());
    requireOneType("dot", List.of(a, b));
    return doDot(a, b);
  }

  @Override
  public final void hadamard(Matrix a, Matrix out) {
    require(
        a.rows() == out.rows() && a.cols() == out.cols(),
        "hadamard: a and out must have one shape but are %s and %s",
        a.shape(),
        out.shape());
    requireOneType("hadamard", List.of(a, out));
    requireApart("hadamard", out, List.of(a));
    doHadamard(a, out);
  }

  @Override
  public final double[] hadamardNorms(List<? extends Matrix> d, List<? extends Matrix> g) {
    require(
        !d.isEmpty() && d.size() == g.size(),
        "hadamardNorms: there must be at least one kernel, each with a d and a g, but there are %d and %d",
        d.size(),
        g.size());
    long n = g.getFirst().rows();
    for (int l = 0; l < d.size(); l++) {
      require(
          n > 0 && g.get(l).rows() == n && g.get(l).cols() == n,
          "hadamardNorms: every g must be N×N with one N ≥ 1 but g %d is %s; N is %d",
          l,
          g.get(l).shape(),
          n);
      require(
          d.get(l).rows() == d.getFirst().rows() && d.get(l).rows() % n == 0,
          "hadamardNorms: every d must have C·N rows but d %d is %s; d 0 is %s, N is %d",
          l,
          d.get(l).shape(),
          d.getFirst().shape(),
          n);
    }
    List<Matrix> all = new ArrayList<>(d);
    all.addAll(g);
    requireOneType("hadamardNorms", all);
    return doHadamardNorms(d, g);
  }

  @Override
  public final void arcCosine(WideLayer layer, Matrix k, Matrix out) {
    requireSquare("arcCosine", "k", k);
    requireLike("arcCosine", "out", out, k);
    if (!out.equals(k)) {
      requireApart("arcCosine", out, List.of(k));
    }
    doArcCosine(layer, k, out);
  }

  @Override
  public final void arcCosineAdjoint(WideLayer layer, Matrix k, Matrix g) {
    requireSquare("arcCosineAdjoint", "k", k);
    requireLike("arcCosineAdjoint", "g", g, k);
    requireApart("arcCosineAdjoint", g, List.of(k));
    doArcCosineAdjoint(layer, k, g);
  }

  @Override
  public final void addToDiagonal(double value, Matrix k) {
    requireSquare("addToDiagonal", "k", k);
    doAddToDiagonal(value, k);
  }

  @Override
  public final void diagonalOf(Matrix k, Matrix out) {
    requireSquare("diagonalOf", "k", k);
    requireColumn("diagonalOf", "k", k, out);
    doDiagonalOf(k, out);
  }

  @Override
  public final void scaleRows(Matrix factors, Matrix x) {
    require(
        factors.rows() == x.rows() && factors.cols() == 1,
        "scaleRows: factors must be %d×1 (rows of x) but is %s; x %s",
        x.rows(),
        factors.shape(),
        x.shape());
    requireOneType("scaleRows", List.of(x, factors));
    requireApart("scaleRows", x, List.of(factors));
    doScaleRows(factors, x);
  }

  private static void requireSquare(String operation, String name, Matrix k) {
    require(k.rows() == k.cols(), "%s: %s must be square but is %s", operation, name, k.shape());
  }

  private static void requireLike(String operation, String name, Matrix m, Matrix k) {
    require(
        m.rows() == k.rows() && m.cols() == k.cols(),
        "%s: %s must be %d×%d like k but is %s; k %s",
        operation,
        name,
        k.rows(),
        k.cols(),
        m.shape(),
        k.shape());
    requireOneType(operation, List.of(k, m));
  }

  private static void requireColumn(String operation, Matrix x, Matrix out) {
    requireColumn(operation, "x", x, out);
  }

  private static void requireColumn(String operation, String name, Matrix x, Matrix out) {
    require(
        out.rows() == x.rows() && out.cols() == 1,
        "%s: out must be %d×1 (rows of %s) but is %s; %s %s",
        operation,
        x.rows(),
        name,
        out.shape(),
        name,
        x.shape());
    requireOneType(operation, List.of(x, out));
    requireApart(operation, out, List.of(x));
  }

  private static void requireColumns(String operation, Matrix x, Matrix z) {
    require(
        x.cols() == z.cols() && x.cols() > 0,
        "%s: x and z must have the same number of columns, at least 1, but are %s and %s",
        operation,
        x.shape(),
        z.shape());
  }

  static void requireOneType(String operation, List<Matrix> matrices) {
    for (Matrix m : matrices) {
      require(
          m.dtype() == matrices.getFirst().dtype(),
          "%s: all matrices must have one element type but there are %s and %s",
          operation,
          matrices.getFirst().shape(),
          m.shape());
    }
  }

  static void requireApart(String operation, Matrix out, List<Matrix> others) {
    for (Matrix other : others) {
      boolean overlap =
          out.equals(other)
              || (out instanceof HostMatrix a
                  && other instanceof HostMatrix b
                  && a.segment().asOverlappingSlice(b.segment()).isPresent());
      require(
          !overlap,
          "%s: the output %s must not share memory with another argument %s",
          operation,
          out.shape(),
          other.shape());
    }
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency for one method
  static void require(boolean ok, String message, Object... values) {
    if (!ok) {
      throw new ShapeException(message.formatted(values));
    }
  }

  /**
   * Computes all outputs of a lowered kernel; shapes are checked.
   *
   * @param lowering the kernel
   * @param x N×d
   * @param z M×d; {@code x} itself if the result is symmetric
   * @param outputs N×M each
   */
  protected abstract void doCompute(
      Lowering lowering, Matrix x, Matrix z, List<? extends Matrix> outputs);

  /**
   * Does {@link #multiply}; shapes are checked.
   *
   * @param lowering the kernel
   * @param x N×d
   * @param z M×d
   * @param v M×t
   * @param out the result
   */
  protected abstract void doMultiply(Lowering lowering, Matrix x, Matrix z, Matrix v, Matrix out);

  /**
   * Does {@link #diagonal}; shapes are checked.
   *
   * @param lowering the kernel
   * @param x N×d
   * @param out the result
   */
  protected abstract void doDiagonal(Lowering lowering, Matrix x, Matrix out);

  /**
   * Does {@link #rowProducts}; shapes are checked.
   *
   * @param x N×d
   * @param alpha factor of the product
   * @param beta factor of what {@code out} holds
   * @param out the result
   */
  protected abstract void doRowProducts(Matrix x, double alpha, double beta, Matrix out);

  /**
   * Does {@link #gemm}; shapes are checked.
   *
   * @param a left matrix
   * @param transposeA whether the left matrix enters transposed
   * @param b right matrix
   * @param transposeB whether the right matrix enters transposed
   * @param alpha factor of the product
   * @param beta factor of what {@code out} holds
   * @param out the result
   */
  protected abstract void doGemm(
      Matrix a,
      boolean transposeA,
      Matrix b,
      boolean transposeB,
      double alpha,
      double beta,
      Matrix out);

  /**
   * Does {@link #centre}; shapes are checked.
   *
   * @param k N×N, centred in place
   */
  protected abstract void doCentre(Matrix k);

  /**
   * Does {@link #rowNorms}; shapes are checked.
   *
   * @param x N×d
   * @param out the result
   */
  protected abstract void doRowNorms(Matrix x, Matrix out);

  /**
   * Does {@link #dot}; shapes are checked.
   *
   * @param a left matrix
   * @param b right matrix
   * @return Σᵢⱼ aᵢⱼ bᵢⱼ
   */
  protected abstract double doDot(Matrix a, Matrix b);

  /**
   * Does {@link #hadamard}; shapes are checked.
   *
   * @param a N×M
   * @param out N×M
   */
  protected abstract void doHadamard(Matrix a, Matrix out);

  /**
   * Does {@link #hadamardNorms}; shapes are checked.
   *
   * @param d (C·N)×n each
   * @param g N×N each
   * @return the squared norms
   */
  protected abstract double[] doHadamardNorms(List<? extends Matrix> d, List<? extends Matrix> g);

  /**
   * Does {@link #arcCosine}; shapes are checked.
   *
   * @param layer variances of the layer
   * @param k N×N
   * @param out N×N; {@code k} itself or apart from it
   */
  protected abstract void doArcCosine(WideLayer layer, Matrix k, Matrix out);

  /**
   * Does {@link #arcCosineAdjoint}; shapes are checked.
   *
   * @param layer variances of the layer
   * @param k N×N
   * @param g N×N, pulled back in place
   */
  protected abstract void doArcCosineAdjoint(WideLayer layer, Matrix k, Matrix g);

  /**
   * Does {@link #addToDiagonal}; shapes are checked.
   *
   * @param value what is added
   * @param k N×N
   */
  protected abstract void doAddToDiagonal(double value, Matrix k);

  /**
   * Does {@link #diagonalOf}; shapes are checked.
   *
   * @param k N×N
   * @param out N×1
   */
  protected abstract void doDiagonalOf(Matrix k, Matrix out);

  /**
   * Does {@link #scaleRows}; shapes are checked.
   *
   * @param factors N×1
   * @param x N×d, scaled in place
   */
  protected abstract void doScaleRows(Matrix factors, Matrix x);
}
