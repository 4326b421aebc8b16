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
import java.util.List;
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
  private final double[][] registers;
  private final double[][] outputs;
  private final int pitch;
  private int line;
  private final double[] dot;
  private final double[] zeros;
  private double[] scratch;
  private final double[] slopes;

  DoubleEntries(EntryProgram program, int width, NearPairs near, DType dtype) {
    int padded = width + RowBlock.PADDING;
    this.program = program;
    this.near = near;
    this.dtype = dtype;
    registers = new double[program.registers()][padded];
    outputs = new double[program.outputs()][LINES * padded];
    pitch = padded;
    dot = new double[padded];
    scratch = new double[padded];
    zeros = new double[padded];
    slopes = new double[padded];
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
    for (Instruction instruction : program.instructions()) {
      switch (instruction) {
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
            angleDual(
                registers[in.source()],
                in.kappa(),
                registers[in.target()],
                in.derivative() == Instruction.NONE ? scratch : registers[in.derivative()],
                n);
        case Instruction.AngleOf in ->
            angle(registers[in.source()], in.scale(), registers[in.target()], 0, n);
        case Instruction.ArcCosine2 in ->
            arcCosine2(registers[in.source()], registers[in.target()], n);
        case Instruction.UniformAngleLayer in -> uniformLayer(in, n);
        case Instruction.SmoothDual in ->
            SmoothVectors.apply(
                in,
                x,
                i,
                z,
                registers[in.source()],
                registers[in.target()],
                in.derivative() == Instruction.NONE ? scratch : registers[in.derivative()],
                slopes,
                n);
        case Instruction.SeriesDual in -> series(in, x, i, z, n);
        case Instruction.Blend in -> blend(in, x, i, z, n);
        case Instruction.Compose in ->
            compose(registers[in.left()], registers[in.right()], registers[in.target()], n);
        case Instruction.Value in ->
            value(registers[in.source()], in.slot(), x, i, z, registers[in.target()], 0, n);
        case Instruction.Emit in ->
            System.arraycopy(registers[in.source()], 0, outputs[in.output()], line * pitch, n);
        case Instruction.EmitValue in ->
            value(
                registers[in.source()], in.slot(), x, i, z, outputs[in.output()], line * pitch, n);
        case Instruction.EmitAngle in ->
            angle(registers[in.source()], 1, outputs[in.output()], line * pitch, n);
      }
    }
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
    Mirror.lowerToUpper(target, row, row + lines, col, col + n);
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
              .add(1.0)
              .min(2.0);
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

  private static void angleDual(
      double[] source, double kappa, double[] target, double[] slope, int n) {
    for (int j = 0; j < n; j += L) {
      DoubleVector s = DoubleVector.fromArray(D, source, j);
      DoubleVector r = s.min(s.neg().add(2.0)).max(0.0);
      DoubleVector root = r.lanewise(VectorOperators.SQRT);
      DoubleVector theta = AngleVectors.a(r).mul(root);
      DoubleVector excess = AngleVectors.q(r).mul(root).mul(r);
      VectorMask<Double> obtuse = s.compare(VectorOperators.GT, 1.0);
      theta = theta.blend(theta.neg().add(Math.PI), obtuse);
      DoubleVector base = s.blend(r.mul(Math.PI * kappa - 1).add(2 - Math.PI * kappa), obtuse);
      excess.neg().fma(DoubleVector.broadcast(D, kappa), base).intoArray(target, j);
      theta.mul(kappa).intoArray(slope, j);
    }
  }

  private static void angle(double[] source, double scale, double[] target, int at, int n) {
    for (int j = 0; j < n; j += L) {
      DoubleVector s = DoubleVector.fromArray(D, source, j);
      DoubleVector r = s.min(s.neg().add(2.0)).max(0.0);
      DoubleVector theta = AngleVectors.a(r).mul(r.lanewise(VectorOperators.SQRT));
      theta
          .blend(theta.neg().add(Math.PI), s.compare(VectorOperators.GT, 1.0))
          .mul(scale)
          .intoArray(target, at + j);
    }
  }

  private static void arcCosine2(double[] source, double[] target, int n) {
    for (int j = 0; j < n; j += L) {
      DoubleVector s = DoubleVector.fromArray(D, source, j);
      DoubleVector r = s.min(s.neg().add(2.0)).max(0.0);
      DoubleVector root = r.lanewise(VectorOperators.SQRT);
      DoubleVector theta = AngleVectors.a(r).mul(root);
      DoubleVector excess = AngleVectors.q(r).mul(root).mul(r);
      VectorMask<Double> obtuse = s.compare(VectorOperators.GT, 1.0);
      theta = theta.blend(theta.neg().add(Math.PI), obtuse);
      excess = excess.add(r.neg().add(1.0).mul(Math.PI), obtuse);
      // 3π − 3 sin cos − (π − θ)(1 + 2 cos²) = (2π + θ) sin² − 3 cos (sin − θ cos)
      DoubleVector sin2 = r.mul(r.neg().add(2.0));
      DoubleVector cos = s.neg().add(1.0);
      theta
          .add(2 * Math.PI)
          .mul(sin2)
          .sub(cos.mul(excess).mul(3.0))
          .mul(1 / (3 * Math.PI))
          .intoArray(target, j);
    }
  }

  private void uniformLayer(Instruction.UniformAngleLayer in, int n) {
    double[] s = registers[in.s()];
    double[] dual = scratch;
    angleDual(s, in.kappa(), dual, slopes, n);
    if (in.u() != Instruction.NONE) {
      tangent(registers[in.u()], dual, slopes, in.own(), in.skipTangent(), in.slope(), n);
    }
    for (int j = 0; j < n; j += L) {
      DoubleVector.fromArray(D, s, j)
          .mul(in.skip())
          .add(DoubleVector.fromArray(D, dual, j).mul(in.keep()))
          .intoArray(s, j);
    }
  }

  private static void tangent(
      double[] u, double[] dual, double[] slopes, double own, double skip, double slope, int n) {
    for (int j = 0; j < n; j += L) {
      DoubleVector t = DoubleVector.fromArray(D, u, j);
      DoubleVector delta = DoubleVector.fromArray(D, slopes, j);
      DoubleVector composed = delta.neg().fma(t, delta.add(t));
      composed
          .mul(slope)
          .add(t.mul(skip))
          .add(DoubleVector.fromArray(D, dual, j).mul(own))
          .intoArray(u, j);
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

  /** Two shares in each pass: one alone costs as much in loading and storing as in arithmetic. */
  private void blend(Instruction.Blend in, RowBlock x, int i, RowBlock z, int n) {
    List<Instruction.Share> shares = in.shares();
    double[] sum = scratch;
    int odd = shares.size() % 2;
    if (odd == 1) {
      int slot = shares.getFirst().slot();
      addShare(x.slots[slot][i], z.slots[slot], source(shares.getFirst()), sum, n);
    }
    for (int k = odd; k < shares.size(); k += 2) {
      int a = shares.get(k).slot();
      int b = shares.get(k + 1).slot();
      addPair(
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

  /** The first share alone. */
  private static void addShare(double own, double[] others, double[] s, double[] sum, int n) {
    for (int j = 0; j < n; j += L) {
      DoubleVector other = DoubleVector.fromArray(D, others, j);
      DoubleVector difference = other.sub(own);
      other
          .mul(own)
          .fma(DoubleVector.fromArray(D, s, j), difference.mul(0.5).mul(difference))
          .intoArray(sum, j);
    }
  }

  private static void addPair(
      double ownA,
      double[] othersA,
      double[] sourceA,
      double ownB,
      double[] othersB,
      double[] sourceB,
      double[] before,
      double[] sum,
      int n) {
    for (int j = 0; j < n; j += L) {
      DoubleVector a = DoubleVector.fromArray(D, othersA, j);
      DoubleVector b = DoubleVector.fromArray(D, othersB, j);
      DoubleVector differenceA = a.sub(ownA);
      DoubleVector differenceB = b.sub(ownB);
      DoubleVector squares =
          differenceA.mul(0.5).fma(differenceA, DoubleVector.fromArray(D, before, j));
      squares = differenceB.mul(0.5).fma(differenceB, squares);
      DoubleVector total = a.mul(ownA).fma(DoubleVector.fromArray(D, sourceA, j), squares);
      b.mul(ownB).fma(DoubleVector.fromArray(D, sourceB, j), total).intoArray(sum, j);
    }
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
