package dev.lamina.cpu;

import dev.lamina.lowering.EntryProgram;
import dev.lamina.lowering.Instruction;
import dev.lamina.lowering.NearPairs;
import dev.lamina.lowering.PairStatistic;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Entry programs in float64, for data of either element type. */
final class DoubleEntries implements Entries {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final int L = D.length();

  private final EntryProgram program;
  private final NearPairs near;
  private final DType dtype;
  private final Mirror mirror;
  private final double[][] registers;
  private final double[][] outputs;
  private final int pitch;
  private int line;
  private final double[] dot;
  private final double[] zeros;
  private double[] scratch;
  private final double[] slopes;
  private final double[] sources;
  private final double[] duals;
  private final double[] derivatives;
  private final Map<Integer, GeluRows> own = new HashMap<>();
  private final Map<Integer, GeluRows> others = new HashMap<>();

  /** What gelu takes of the rows of the block that it met last. */
  private static final class GeluRows {
    private final double[][] values;
    private RowBlock of;

    GeluRows(int width) {
      values = new double[NarrowDuals.GELU_ROWS][width];
    }
  }

  DoubleEntries(EntryProgram program, int width, NearPairs near, DType dtype, Mirror mirror) {
    int padded = width + RowBlock.PADDING;
    this.program = program;
    this.near = near;
    this.dtype = dtype;
    this.mirror = mirror;
    registers = new double[program.registers()][padded];
    outputs = new double[program.outputs()][LINES * padded];
    pitch = padded;
    dot = new double[padded];
    scratch = new double[padded];
    zeros = new double[padded];
    slopes = new double[padded];
    sources = new double[padded];
    duals = new double[padded];
    derivatives = new double[padded];
  }

  @Override
  public void run(
      MemorySegment dots, long stride, long row, RowBlock x, int i, int lines, RowBlock z, int n) {
    for (line = 0; line < lines; line++) {
      readDots(dots, (row + line) * stride * dtype.bytes(), n);
      run(x, i + line, z, n);
    }
  }

  private void run(RowBlock x, int i, RowBlock z, int n) {
    List<Instruction> instructions = program.instructions();
    for (int k = 0; k < instructions.size(); k++) {
      switch (instructions.get(k)) {
        case Instruction.Load in -> load(in, x, i, z, n);
        case Instruction.Copy in ->
            System.arraycopy(registers[in.source()], 0, registers[in.target()], 0, n);
        case Instruction.Fill in -> Arrays.fill(registers[in.target()], 0, n, in.value());
        case Instruction.Power in -> power(in, n);
        case Instruction.Stationary in ->
            StationaryForm.of(in.kernel())
                .apply(registers[in.source()], registers[in.target()], scratch, n);
        case Instruction.Add in ->
            add(registers[in.left()], registers[in.right()], registers[in.target()], n);
        case Instruction.Multiply in ->
            multiply(registers[in.left()], registers[in.right()], registers[in.target()], n);
        case Instruction.AngleDual in ->
            DoubleAngles.dual(
                registers[in.source()],
                in.kappa(),
                registers[in.target()],
                in.derivative() == Instruction.NONE ? scratch : registers[in.derivative()],
                n);
        case Instruction.AngleOf in ->
            DoubleAngles.angle(registers[in.source()], in.scale(), registers[in.target()], 0, n);
        case Instruction.ArcCosine2 in ->
            DoubleAngles.arcCosine2(registers[in.source()], registers[in.target()], n);
        case Instruction.UniformAngleLayer in -> uniformLayer(in, n);
        case Instruction.SmoothDual in -> smoothDual(in, x, i, z, n);
        case Instruction.SeriesDual in -> series(in, x, i, z, n);
        case Instruction.Blend in -> blend(in, x, i, z, n);
        case Instruction.Compose in -> {
          Instruction next = k + 1 < instructions.size() ? instructions.get(k + 1) : in;
          if (next instanceof Instruction.Blend blend && isTangent(in, blend)) {
            tangent(in, blend, x, i, z, n);
            k++;
          } else {
            compose(registers[in.left()], registers[in.right()], registers[in.target()], n);
          }
        }
        case Instruction.Value in ->
            value(registers[in.source()], in.slot(), x, i, z, registers[in.target()], 0, n);
        case Instruction.Emit in ->
            System.arraycopy(registers[in.source()], 0, outputs[in.output()], line * pitch, n);
        case Instruction.EmitValue in ->
            value(
                registers[in.source()], in.slot(), x, i, z, outputs[in.output()], line * pitch, n);
        case Instruction.EmitAngle in ->
            DoubleAngles.angle(registers[in.source()], 1, outputs[in.output()], line * pitch, n);
      }
    }
  }

  private void smoothDual(Instruction.SmoothDual in, RowBlock x, int i, RowBlock z, int n) {
    double[] source = registers[in.source()];
    double[] target = registers[in.target()];
    double[] derivative =
        in.derivative() == Instruction.NONE ? scratch : registers[in.derivative()];
    if (dtype == DType.FLOAT64 || !NarrowDuals.has(in.function())) {
      SmoothVectors.apply(in, x, i, z, source, target, derivative, slopes, n);
      return;
    }
    boolean small = NarrowDuals.anySmall(source, n);
    if (small) {
      System.arraycopy(source, 0, sources, 0, n);
    }
    narrowDual(in, x, i, z, source, target, derivative, n);
    if (small) {
      NarrowDuals.settle(
          x.slots[in.slot()][i],
          z.slots[in.slot()],
          sources,
          target,
          derivative,
          (d, e) -> SmoothVectors.apply(in, x, i, z, sources, d, e, slopes, n),
          duals,
          derivatives,
          n);
    }
  }

  private void narrowDual(
      Instruction.SmoothDual in,
      RowBlock x,
      int i,
      RowBlock z,
      double[] source,
      double[] target,
      double[] derivative,
      int n) {
    int slot = in.slot();
    switch (in.function()) {
      case ERF -> NarrowDuals.erf(x, i, z, slot, source, target, derivative, n);
      case GELU ->
          NarrowDuals.gelu(
              x,
              geluRows(own, slot, x),
              i,
              z,
              geluRows(others, slot, z),
              slot,
              source,
              target,
              derivative,
              n);
      case SIN ->
          NarrowDuals.trigonometric(
              x, i, z, slot, slot + 1, slot + 2, source, target, derivative, n);
      case COS ->
          NarrowDuals.trigonometric(
              x, i, z, slot, slot + 2, slot + 1, source, derivative, target, n);
      case EXP -> throw new IllegalStateException("no short form of " + in.function());
    }
  }

  /** Returns what gelu takes of the rows of a block; computed once for each block. */
  private double[][] geluRows(Map<Integer, GeluRows> known, int slot, RowBlock block) {
    GeluRows rows = known.computeIfAbsent(slot, _ -> new GeluRows(scratch.length));
    if (rows.of != block) {
      NarrowDuals.geluRows(block, slot, rows.values, (int) block.rows.rows());
      rows.of = block;
    }
    return rows.values;
  }

  private void readDots(MemorySegment dots, long offset, int n) {
    if (dtype == DType.FLOAT64) {
      MemorySegment.copy(dots, ValueLayout.JAVA_DOUBLE_UNALIGNED, offset, dot, 0, n);
    } else {
      for (int j = 0; j < n; j++) {
        dot[j] = dots.get(ValueLayout.JAVA_FLOAT_UNALIGNED, offset + 4L * j);
      }
    }
  }

  @Override
  public void store(int output, int line, int n, HostMatrix target, long row, long col) {
    double[] values = outputs[output];
    int from = line * pitch;
    long offset = target.byteOffset(row, col);
    MemorySegment segment = target.segment();
    if (target.dtype() == DType.FLOAT64) {
      MemorySegment.copy(values, from, segment, ValueLayout.JAVA_DOUBLE_UNALIGNED, offset, n);
    } else {
      for (int j = 0; j < n; j++) {
        segment.set(ValueLayout.JAVA_FLOAT_UNALIGNED, offset + 4L * j, (float) values[from + j]);
      }
    }
  }

  @Override
  public void mirror(int output, int lines, int n, HostMatrix target, long row, long col) {
    mirror.lowerToUpper(target, row, row + lines, col, col + n);
  }

  private void load(Instruction.Load in, RowBlock x, int i, RowBlock z, int n) {
    double[] target = registers[in.target()];
    switch (in.statistic()) {
      case PairStatistic.DOT -> System.arraycopy(dot, 0, target, 0, n);
      case PairStatistic.COMPLEMENT -> complements(x, i, z, target, n);
      case PairStatistic.SQUARED_DISTANCE -> distances(x, i, z, target, n);
    }
  }

  private void complements(RowBlock x, int i, RowBlock z, double[] target, int n) {
    double scale = -x.inverseNorm[i];
    for (int j = 0; j < n; j += L) {
      DoubleVector s =
          DoubleVector.fromArray(D, dot, j)
              .mul(scale)
              .mul(DoubleVector.fromArray(D, z.inverseNorm, j))
              .add(1.0);
      s.intoArray(target, j);
      VectorMask<Double> close =
          s.sub(1.0).abs().compare(VectorOperators.GT, 1 - near.complement());
      if (close.anyTrue()) {
        for (int k = j; k < Math.min(n, j + L); k++) {
          if (close.laneIsSet(k - j)) {
            target[k] =
                RowDistance.complement(
                    x.rows, i, x.inverseNorm[i], z.rows, k, z.inverseNorm[k], target[k] > 1);
          }
        }
      }
    }
  }

  private void distances(RowBlock x, int i, RowBlock z, double[] target, int n) {
    for (int j = 0; j < n; j += L) {
      DoubleVector sum = DoubleVector.fromArray(D, z.squaredNorm, j).add(x.squaredNorm[i]);
      DoubleVector distance = sum.sub(DoubleVector.fromArray(D, dot, j).mul(2.0));
      distance.intoArray(target, j);
      VectorMask<Double> close = distance.lt(sum.mul(near.distance()));
      if (close.anyTrue()) {
        for (int k = j; k < Math.min(n, j + L); k++) {
          if (close.laneIsSet(k - j)) {
            target[k] = RowDistance.squaredDistance(x.rows, i, 1, z.rows, k, 1);
          }
        }
      }
    }
  }

  private void power(Instruction.Power in, int n) {
    double[] source = registers[in.source()];
    double[] target = registers[in.target()];
    for (int j = 0; j < n; j += L) {
      DoubleVector base = DoubleVector.fromArray(D, source, j).mul(in.scale()).add(in.offset());
      DoubleVector result = DoubleVector.broadcast(D, 1.0);
      for (int e = in.degree(); e > 0; e >>= 1) {
        if ((e & 1) == 1) {
          result = result.mul(base);
        }
        base = base.mul(base);
      }
      result.intoArray(target, j);
    }
  }

  private static void add(double[] left, double[] right, double[] target, int n) {
    for (int j = 0; j < n; j += L) {
      DoubleVector.fromArray(D, left, j)
          .add(DoubleVector.fromArray(D, right, j))
          .intoArray(target, j);
    }
  }

  private static void multiply(double[] left, double[] right, double[] target, int n) {
    for (int j = 0; j < n; j += L) {
      DoubleVector.fromArray(D, left, j)
          .mul(DoubleVector.fromArray(D, right, j))
          .intoArray(target, j);
    }
  }

  private static void compose(double[] left, double[] right, double[] target, int n) {
    for (int j = 0; j < n; j += L) {
      DoubleVector a = DoubleVector.fromArray(D, left, j);
      DoubleVector b = DoubleVector.fromArray(D, right, j);
      a.neg().fma(b, a.add(b)).intoArray(target, j);
    }
  }

  private void uniformLayer(Instruction.UniformAngleLayer in, int n) {
    double[] s = registers[in.s()];
    double[] dual = scratch;
    DoubleAngles.dual(s, in.kappa(), dual, slopes, n);
    if (in.u() != Instruction.NONE) {
      DoubleAngles.tangent(
          registers[in.u()], dual, slopes, in.own(), in.skipTangent(), in.slope(), n);
    }
    for (int j = 0; j < n; j += L) {
      DoubleVector.fromArray(D, s, j)
          .mul(in.skip())
          .add(DoubleVector.fromArray(D, dual, j).mul(in.keep()))
          .intoArray(s, j);
    }
  }

  /**
   * With mₙ = 1 − cⁿ, mₙ₊₁ = mₙ + s(1 − mₙ), the complement is ½ Σ (aₙ(x) − aₙ(z))² + Σ aₙ(x) aₙ(z)
   * mₙ: no term cancels.
   */
  private void series(Instruction.SeriesDual in, RowBlock x, int i, RowBlock z, int n) {
    double[] source = registers[in.source()];
    double[] target = registers[in.target()];
    for (int j = 0; j < n; j += 2 * L) {
      // Two vectors at a time: the sums of one alone would wait for each other.
      DoubleVector s0 = DoubleVector.fromArray(D, source, j);
      DoubleVector s1 = DoubleVector.fromArray(D, source, j + L);
      DoubleVector m0 = DoubleVector.zero(D);
      DoubleVector m1 = m0;
      DoubleVector sum0 = m0;
      DoubleVector sum1 = m0;
      for (int k = in.slot(); k < in.slot() + in.count(); k++) {
        double[] others = z.slots[k];
        double own = x.slots[k][i];
        DoubleVector a0 = DoubleVector.fromArray(D, others, j);
        DoubleVector a1 = DoubleVector.fromArray(D, others, j + L);
        DoubleVector difference0 = a0.sub(own);
        DoubleVector difference1 = a1.sub(own);
        sum0 = a0.mul(own).fma(m0, difference0.mul(0.5).fma(difference0, sum0));
        sum1 = a1.mul(own).fma(m1, difference1.mul(0.5).fma(difference1, sum1));
        m0 = s0.neg().fma(m0, s0).add(m0);
        m1 = s1.neg().fma(m1, s1).add(m1);
      }
      sum0.intoArray(target, j);
      sum1.intoArray(target, j + L);
    }
  }

  /** Whether what has been composed is the second of just two shares that are added next. */
  private static boolean isTangent(Instruction.Compose composed, Instruction.Blend next) {
    List<Instruction.Share> shares = next.shares();
    return shares.size() == 2
        && shares.getFirst().source() != Instruction.NONE
        && shares.getFirst().source() != composed.target()
        && shares.getLast().source() == composed.target();
  }

  /** A tangent kernel's layer without bias: both instructions in one pass. */
  private void tangent(
      Instruction.Compose in, Instruction.Blend next, RowBlock x, int i, RowBlock z, int n) {
    int a = next.shares().getFirst().slot();
    int b = next.shares().getLast().slot();
    DoubleShares.addComposed(
        registers[in.left()],
        registers[in.right()],
        registers[in.target()],
        x.slots[a][i],
        z.slots[a],
        registers[next.shares().getFirst().source()],
        x.slots[b][i],
        z.slots[b],
        scratch,
        n);
    double[] sum = scratch;
    scratch = registers[next.target()];
    registers[next.target()] = sum;
  }

  /** Two shares in each pass: one alone costs as much in loading and storing as in arithmetic. */
  private void blend(Instruction.Blend in, RowBlock x, int i, RowBlock z, int n) {
    List<Instruction.Share> shares = in.shares();
    double[] sum = scratch;
    int odd = shares.size() % 2;
    if (odd == 1) {
      int slot = shares.getFirst().slot();
      DoubleShares.addShare(x.slots[slot][i], z.slots[slot], source(shares.getFirst()), sum, n);
    }
    for (int k = odd; k < shares.size(); k += 2) {
      int a = shares.get(k).slot();
      int b = shares.get(k + 1).slot();
      DoubleShares.addPair(
          x.slots[a][i],
          z.slots[a],
          source(shares.get(k)),
          x.slots[b][i],
          z.slots[b],
          source(shares.get(k + 1)),
          k == 0 ? zeros : sum,
          sum,
          n);
    }
    scratch = registers[in.target()];
    registers[in.target()] = sum;
  }

  private double[] source(Instruction.Share share) {
    return share.source() == Instruction.NONE ? zeros : registers[share.source()];
  }

  private static void value(
      double[] s, int slot, RowBlock x, int i, RowBlock z, double[] target, int at, int n) {
    double own = x.slots[slot][i];
    for (int j = 0; j < n; j += L) {
      DoubleVector scale = DoubleVector.fromArray(D, z.slots[slot], j).mul(own);
      scale.neg().fma(DoubleVector.fromArray(D, s, j), scale).intoArray(target, at + j);
    }
  }
}
