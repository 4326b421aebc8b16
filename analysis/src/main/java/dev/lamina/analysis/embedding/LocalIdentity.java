package dev.lamina.analysis.embedding;

import java.util.ArrayList;
import java.util.List;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;
import org.hipparchus.linear.SingularValueDecomposition;

/**
 * The map π from the parameters of a deeper network to those of the shallower one [derived]: as
 * long as every neuron of the inserted layer stays in its segment on all samples,
 *
 * <pre>  R′(θ′) = R(π(θ′)),   π: W = V A,  b = V a + b″,  A = ΛW′ [+ I],  a = Λb′ + μ,</pre>
 *
 * all other layers copied, with + I for a residual layer. So gradients are transported by the
 * transpose of Dπ, the non-zero spectrum of the Hessian at a lifted critical point is that of H K
 * with K = Dπ Dπᵀ, and the tangent kernel is J K Jᵀ. K is never formed. Vectors are in the order of
 * {@link Perceptron#parameters}. The shallow layer has a bias here even if it had none before it
 * was lifted.
 */
public final class LocalIdentity {
  private final Perceptron deep;
  private final int after;
  private final double[] slopes;
  private final RealMatrix out;
  private final RealMatrix a;
  private final RealVector shift;
  private final Blocks shallowBlocks;
  private final Blocks deepBlocks;

  /** Where the replaced layers are in a row of parameters: from {@code start}, {@code size}. */
  private record Blocks(int start, int size, int total) {}

  private LocalIdentity(Perceptron deep, Insertion insertion) {
    this.deep = deep;
    this.after = insertion.after();
    Stage inserted = deep.stage(after + 1);
    Stage next = deep.stage(after + 2);
    this.slopes = insertion.segments().stream().mapToDouble(AffineSegment::slope).toArray();
    this.out = next.weights();
    this.a = LiftedSet.effective(insertion, inserted.weights());
    this.shift = inserted.bias().copy();
    for (int j = 0; j < slopes.length; j++) {
      shift.setEntry(j, insertion.segments().get(j).line(shift.getEntry(j)));
    }
    int start = deep.stages().subList(0, after).stream().mapToInt(Stage::parameters).sum();
    int deepSize = inserted.parameters() + next.parameters();
    int shallowSize = next.outputs() * (inserted.inputs() + 1);
    int total = deep.parameterCount();
    this.deepBlocks = new Blocks(start, deepSize, total);
    this.shallowBlocks = new Blocks(start, shallowSize, total - deepSize + shallowSize);
  }

  /**
   * {@return the map at a point}
   *
   * @param deep θ′
   * @param insertion which layer of it was inserted, and the lines of its neurons
   */
  public static LocalIdentity of(Perceptron deep, Insertion insertion) {
    if (insertion.after() + 2 > deep.depth()
        || deep.stage(insertion.after() + 1).outputs() != insertion.width()) {
      throw new IllegalArgumentException(
          "local identity: layer %d of the network %s is not the inserted one, which is %d wide"
              .formatted(insertion.after() + 1, deep.widths(), insertion.width()));
    }
    if (!deep.stage(insertion.after() + 1).biased()
        || !deep.stage(insertion.after() + 2).biased()) {
      throw new IllegalArgumentException(
          "local identity: layers %d and %d must have biases, which keep the outputs"
              .formatted(insertion.after() + 1, insertion.after() + 2));
    }
    return new LocalIdentity(deep, insertion);
  }

  /** {@return π(θ′)} */
  public Perceptron project() {
    Stage next = deep.stage(after + 2);
    List<Stage> stages = new ArrayList<>(deep.stages());
    stages.remove(after);
    stages.set(after, next.with(out.multiply(a), out.operate(shift).add(next.bias())));
    return new Perceptron(stages);
  }

  /**
   * {@return Dπ v: how the shallow parameters change along a direction}
   *
   * @param v a direction in the deep parameters
   */
  public double[] push(double[] v) {
    requireLength("push", v, deepBlocks);
    Direction d = Direction.of(v, this);
    RealMatrix w = d.out.multiply(a).add(out.multiply(d.a));
    RealVector b = d.out.operate(shift).add(out.operate(d.shift)).add(d.bias);
    return replace(v, deepBlocks, shallowBlocks, flat(w, b));
  }

  /**
   * {@return Dπᵀ g: the gradient of R′ if g is that of R at π(θ′), at any point}
   *
   * <p>dR′/dV = G Aᵀ + g aᵀ, dR′/db″ = g, dR′/dW′ = Λ Vᵀ G, dR′/db′ = Λ Vᵀ g, with G and g the
   * shallow gradient of W and b.
   *
   * @param g a covector in the shallow parameters
   */
  public double[] pull(double[] g) {
    requireLength("pull", g, shallowBlocks);
    Shallow s = Shallow.of(g, this);
    RealMatrix in = scaleRows(out.transposeMultiply(s.weights));
    RealVector bias = scale(out.preMultiply(s.bias));
    RealMatrix next = s.weights.multiplyTransposed(a).add(s.bias.outerProduct(shift));
    return replace(g, shallowBlocks, deepBlocks, concat(flat(in, bias), flat(next, s.bias)));
  }

  /**
   * {@return K v with K = Dπ Dπᵀ}
   *
   * @param v a vector in the shallow parameters
   */
  public double[] kernel(double[] v) {
    return push(pull(v));
  }

  /**
   * {@return Σₖ gₖ D²πₖ v: what the Hessian of R′ has beyond Dπᵀ H Dπ at a point that is not
   * critical, where g is the shallow gradient; its bilinear form is 2⟨G, dV dA⟩ + 2⟨g, dV da⟩}
   *
   * @param g a covector in the shallow parameters
   * @param v a direction in the deep parameters
   */
  public double[] bend(double[] g, double[] v) {
    requireLength("bend", g, shallowBlocks);
    requireLength("bend", v, deepBlocks);
    Shallow s = Shallow.of(g, this);
    Direction d = Direction.of(v, this);
    RealMatrix in = scaleRows(d.out.transposeMultiply(s.weights));
    RealVector bias = scale(d.out.preMultiply(s.bias));
    RealMatrix next = s.weights.multiplyTransposed(d.a).add(s.bias.outerProduct(d.shift));
    RealVector none = s.bias.mapMultiply(0);
    return replace(
        new double[g.length], shallowBlocks, deepBlocks, concat(flat(in, bias), flat(next, none)));
  }

  /** {@return whether Dπ has full rank: V full row rank or A full column rank} */
  public boolean isFullRank() {
    return rank(out) == out.getRowDimension() || rank(a) == a.getColumnDimension();
  }

  /** {@return dM = m′(m_q + m_{q+1} + 1) − m_q m_{q+1}, how many parameters were added} */
  public int addedParameters() {
    return deepBlocks.size() - shallowBlocks.size();
  }

  /**
   * {@return the dimension of the kernel of Dπ: m′(m_q + m_{q+1} + 1) − [m_q m_{q+1} − (m_{q+1} −
   * rank V)(m_q − rank A)]; dM where Dπ has full rank, and there the dimension of the fibre π⁻¹(θ)}
   */
  public int kernelDimension() {
    return addedParameters()
        + (out.getRowDimension() - rank(out)) * (a.getColumnDimension() - rank(a));
  }

  private static int rank(RealMatrix m) {
    return Lifting.rank(new SingularValueDecomposition(m));
  }

  private RealMatrix scaleRows(RealMatrix m) {
    for (int j = 0; j < slopes.length; j++) {
      m.setRowVector(j, m.getRowVector(j).mapMultiply(slopes[j]));
    }
    return m;
  }

  private RealVector scale(RealVector v) {
    for (int j = 0; j < slopes.length; j++) {
      v.setEntry(j, slopes[j] * v.getEntry(j));
    }
    return v;
  }

  private static void requireLength(String what, double[] v, Blocks blocks) {
    if (v.length != blocks.total()) {
      throw new IllegalArgumentException(
          "%s: the vector must have %d entries, one for each parameter, but has %d"
              .formatted(what, blocks.total(), v.length));
    }
  }

  private static double[] replace(double[] v, Blocks from, Blocks to, double[] block) {
    double[] all = new double[to.total()];
    System.arraycopy(v, 0, all, 0, from.start());
    System.arraycopy(block, 0, all, to.start(), to.size());
    int rest = from.start() + from.size();
    System.arraycopy(v, rest, all, to.start() + to.size(), v.length - rest);
    return all;
  }

  private static double[] flat(RealMatrix w, RealVector b) {
    double[] all = new double[w.getRowDimension() * w.getColumnDimension() + b.getDimension()];
    for (int i = 0; i < w.getRowDimension(); i++) {
      System.arraycopy(w.getRow(i), 0, all, i * w.getColumnDimension(), w.getColumnDimension());
    }
    System.arraycopy(b.toArray(), 0, all, all.length - b.getDimension(), b.getDimension());
    return all;
  }

  private static double[] concat(double[] first, double[] second) {
    double[] all = java.util.Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  private static RealMatrix matrix(double[] v, int at, int rows, int columns) {
    RealMatrix m = MatrixUtils.createRealMatrix(rows, columns);
    for (int i = 0; i < rows; i++) {
      m.setRow(i, java.util.Arrays.copyOfRange(v, at + i * columns, at + (i + 1) * columns));
    }
    return m;
  }

  private static RealVector vector(double[] v, int at, int size) {
    return MatrixUtils.createRealVector(java.util.Arrays.copyOfRange(v, at, at + size));
  }

  /** The part of a shallow vector that belongs to W and b. */
  private record Shallow(RealMatrix weights, RealVector bias) {
    static Shallow of(double[] g, LocalIdentity p) {
      int rows = p.out.getRowDimension();
      int columns = p.a.getColumnDimension();
      int at = p.shallowBlocks.start();
      return new Shallow(matrix(g, at, rows, columns), vector(g, at + rows * columns, rows));
    }
  }

  /** A deep direction in the terms of π: dA = Λ dW′, da = Λ db′, dV, db″. */
  private record Direction(RealMatrix a, RealVector shift, RealMatrix out, RealVector bias) {
    static Direction of(double[] v, LocalIdentity p) {
      int width = p.slopes.length;
      int inputs = p.a.getColumnDimension();
      int rows = p.out.getRowDimension();
      int at = p.deepBlocks.start();
      int nextAt = at + width * (inputs + 1);
      return new Direction(
          p.scaleRows(matrix(v, at, width, inputs)),
          p.scale(vector(v, at + width * inputs, width)),
          matrix(v, nextAt, rows, width),
          vector(v, nextAt + rows * width, rows));
    }
  }
}
