package dev.lamina.cpu;

import dev.lamina.lowering.EntryProgram;
import dev.lamina.lowering.Instruction;
import dev.lamina.lowering.NearPairs;
import dev.lamina.lowering.PairStatistic;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Entry programs in float32: everything but the smooth duals, whose formulas cancel. */
final class FloatEntries implements Entries {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int L = F.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private final EntryProgram program;
  private final NearPairs near;
  private final float[][] registers;
  private final float[][] outputs;
  private final float[] zeros;
  private float[] scratch;

  FloatEntries(EntryProgram program, int width, NearPairs near) {
    int padded = width + RowBlock.PADDING;
    this.program = program;
    this.near = near;
    registers = new float[program.registers()][padded];
    outputs = new float[program.outputs()][padded];
    scratch = new float[padded];
    zeros = new float[padded];
  }

  /** Returns whether all instructions keep their accuracy in float32. */
  static boolean supports(EntryProgram program) {
    return program.instructions().stream()
        .noneMatch(i ->
            i instanceof Instruction.SmoothDual
                || i instanceof Instruction.SeriesDual
                || (i instanceof Instruction.Stationary s
                    && !StationaryForm.of(s.kernel()).vectorised()));
  }

  @Override
  public void run(MemorySegment dots, long dotsOffset, RowBlock x, int i, RowBlock z, int n) {
    for (Instruction instruction : program.instructions()) {
      switch (instruction) {
        case Instruction.Load in -> load(in, dots, dotsOffset, x, i, z, n);
        case Instruction.Copy in ->
            System.arraycopy(registers[in.source()], 0, registers[in.target()], 0, n);
        case Instruction.Fill in ->
            java.util.Arrays.fill(registers[in.target()], 0, n, (float) in.value());
        case Instruction.Power in -> power(in, n);
        case Instruction.Stationary in ->
            StationaryForm.of(in.kernel())
                .apply(registers[in.source()], registers[in.target()], scratch, n);
        case Instruction.Add in ->
            add(registers[in.left()], registers[in.right()], registers[in.target()], n);
        case Instruction.Multiply in ->
            multiply(registers[in.left()], registers[in.right()], registers[in.target()], n);
        case Instruction.AngleDual in -> angleDual(in, n);
        case Instruction.AngleOf in ->
            angle(registers[in.source()], (float) in.scale(), registers[in.target()], n);
        case Instruction.ArcCosine2 in ->
            arcCosine2(registers[in.source()], registers[in.target()], n);
        case Instruction.UniformAngleLayer in -> uniformLayer(in, n);
        case Instruction.Blend in -> blend(in, x, i, z, n);
        case Instruction.Compose in ->
            compose(registers[in.left()], registers[in.right()], registers[in.target()], n);
        case Instruction.Value in ->
            value(registers[in.source()], in.slot(), x, i, z, registers[in.target()], n);
        case Instruction.Emit in ->
            System.arraycopy(registers[in.source()], 0, outputs[in.output()], 0, n);
        case Instruction.EmitValue in ->
            value(registers[in.source()], in.slot(), x, i, z, outputs[in.output()], n);
        case Instruction.EmitAngle in -> angle(registers[in.source()], 1, outputs[in.output()], n);
        case Instruction.SmoothDual in -> throw unsupported(in);
        case Instruction.SeriesDual in -> throw unsupported(in);
      }
    }
  }

  private static IllegalStateException unsupported(Instruction instruction) {
    return new IllegalStateException(instruction + " runs in float64 only");
  }

  @Override
  public void store(int output, int n, HostMatrix target, long row, long col) {
    if (target.dtype() != DType.FLOAT32) {
      throw new IllegalStateException("float32 entries cannot fill " + target.shape());
    }
    MemorySegment.copy(
        outputs[output],
        0,
        target.segment(),
        ValueLayout.JAVA_FLOAT_UNALIGNED,
        target.byteOffset(row, col),
        n);
  }

  private void load(
      Instruction.Load in, MemorySegment dots, long offset, RowBlock x, int i, RowBlock z, int n) {
    float[] target = registers[in.target()];
    switch (in.statistic()) {
      case PairStatistic.DOT ->
          MemorySegment.copy(dots, ValueLayout.JAVA_FLOAT_UNALIGNED, offset, target, 0, n);
      case PairStatistic.COMPLEMENT -> complements(dots, offset, x, i, z, target, n);
      case PairStatistic.SQUARED_DISTANCE -> distances(dots, offset, x, i, z, target, n);
    }
  }

  private void complements(
      MemorySegment dots, long offset, RowBlock x, int i, RowBlock z, float[] target, int n) {
    float scale = -x.inverseNorm32[i];
    float threshold = 1 - (float) near.complement();
    float[] inverse = z.inverseNorm32;
    for (int j = 0; j < n; j += L) {
      FloatVector dot = FloatVector.fromMemorySegment(F, dots, offset + 4L * j, ORDER);
      FloatVector s = dot.mul(scale).mul(FloatVector.fromArray(F, inverse, j)).add(1f).min(2f);
      s.intoArray(target, j);
      VectorMask<Float> close = s.sub(1f).abs().compare(VectorOperators.GT, threshold);
      if (close.anyTrue()) {
        for (int k = j; k < Math.min(n, j + L); k++) {
          if (close.laneIsSet(k - j)) {
            target[k] =
                (float)
                    RowDistance.complement(
                        x.rows, i, x.inverseNorm[i], z.rows, k, z.inverseNorm[k], target[k] > 1);
          }
        }
      }
    }
  }

  private void distances(
      MemorySegment dots, long offset, RowBlock x, int i, RowBlock z, float[] target, int n) {
    float own = x.squaredNorm32[i];
    float threshold = (float) near.distance();
    float[] norms = z.squaredNorm32;
    for (int j = 0; j < n; j += L) {
      FloatVector dot = FloatVector.fromMemorySegment(F, dots, offset + 4L * j, ORDER);
      FloatVector sum = FloatVector.fromArray(F, norms, j).add(own);
      FloatVector distance = sum.sub(dot.mul(2f));
      distance.intoArray(target, j);
      VectorMask<Float> close = distance.lt(sum.mul(threshold));
      if (close.anyTrue()) {
        for (int k = j; k < Math.min(n, j + L); k++) {
          if (close.laneIsSet(k - j)) {
            target[k] = (float) RowDistance.squaredDistance(x.rows, i, 1, z.rows, k, 1);
          }
        }
      }
    }
  }

  private void power(Instruction.Power in, int n) {
    float[] source = registers[in.source()];
    float[] target = registers[in.target()];
    float scale = (float) in.scale();
    float offset = (float) in.offset();
    for (int j = 0; j < n; j += L) {
      FloatVector base = FloatVector.fromArray(F, source, j).mul(scale).add(offset);
      FloatVector result = FloatVector.broadcast(F, 1f);
      for (int e = in.degree(); e > 0; e >>= 1) {
        if ((e & 1) == 1) {
          result = result.mul(base);
        }
        base = base.mul(base);
      }
      result.intoArray(target, j);
    }
  }

  private static void add(float[] left, float[] right, float[] target, int n) {
    for (int j = 0; j < n; j += L) {
      FloatVector.fromArray(F, left, j)
          .add(FloatVector.fromArray(F, right, j))
          .intoArray(target, j);
    }
  }

  private static void multiply(float[] left, float[] right, float[] target, int n) {
    for (int j = 0; j < n; j += L) {
      FloatVector.fromArray(F, left, j)
          .mul(FloatVector.fromArray(F, right, j))
          .intoArray(target, j);
    }
  }

  private static void compose(float[] left, float[] right, float[] target, int n) {
    for (int j = 0; j < n; j += L) {
      FloatVector a = FloatVector.fromArray(F, left, j);
      FloatVector b = FloatVector.fromArray(F, right, j);
      a.neg().fma(b, a.add(b)).intoArray(target, j);
    }
  }

  private void angleDual(Instruction.AngleDual in, int n) {
    // The angle first: the target may be the source.
    if (in.derivative() != Instruction.NONE) {
      angle(registers[in.source()], (float) in.kappa(), registers[in.derivative()], n);
    }
    dual(registers[in.source()], in.kappa(), registers[in.target()], n);
  }

  /**
   * target = s − κ(sin θ − θ cos θ). A loop of its own: with the angle in the same loop it outgrows
   * what the JIT compiler inlines, and every vector is then allocated.
   */
  private static void dual(float[] source, double kappa64, float[] target, int n) {
    float kappa = (float) kappa64;
    float left = (float) (2 - Math.PI * kappa64);
    float back = (float) (Math.PI * kappa64 - 1);
    for (int j = 0; j < n; j += L) {
      FloatVector s = FloatVector.fromArray(F, source, j);
      FloatVector r = s.min(s.neg().add(2f)).max(0f);
      FloatVector root = r.lanewise(VectorOperators.SQRT);
      FloatVector excess = AngleVectors.q(r).mul(root).mul(r);
      FloatVector base = s.blend(r.mul(back).add(left), s.compare(VectorOperators.GT, 1f));
      excess.neg().fma(FloatVector.broadcast(F, kappa), base).intoArray(target, j);
    }
  }

  private static void angle(float[] source, float scale, float[] target, int n) {
    for (int j = 0; j < n; j += L) {
      FloatVector s = FloatVector.fromArray(F, source, j);
      FloatVector r = s.min(s.neg().add(2f)).max(0f);
      FloatVector theta = AngleVectors.a(r).mul(r.lanewise(VectorOperators.SQRT));
      theta
          .blend(theta.neg().add((float) Math.PI), s.compare(VectorOperators.GT, 1f))
          .mul(scale)
          .intoArray(target, j);
    }
  }

  private static void arcCosine2(float[] source, float[] target, int n) {
    for (int j = 0; j < n; j += L) {
      FloatVector s = FloatVector.fromArray(F, source, j);
      FloatVector r = s.min(s.neg().add(2f)).max(0f);
      FloatVector root = r.lanewise(VectorOperators.SQRT);
      FloatVector theta = AngleVectors.a(r).mul(root);
      FloatVector excess = AngleVectors.q(r).mul(root).mul(r);
      VectorMask<Float> obtuse = s.compare(VectorOperators.GT, 1f);
      theta = theta.blend(theta.neg().add((float) Math.PI), obtuse);
      excess = excess.add(r.neg().add(1f).mul((float) Math.PI), obtuse);
      // 3π − 3 sin cos − (π − θ)(1 + 2 cos²) = (2π + θ) sin² − 3 cos (sin − θ cos)
      FloatVector sin2 = r.mul(r.neg().add(2f));
      FloatVector cos = s.neg().add(1f);
      theta
          .add((float) (2 * Math.PI))
          .mul(sin2)
          .sub(cos.mul(excess).mul(3f))
          .mul((float) (1 / (3 * Math.PI)))
          .intoArray(target, j);
    }
  }

  private void uniformLayer(Instruction.UniformAngleLayer in, int n) {
    float[] s = registers[in.s()];
    dual(s, in.kappa(), scratch, n);
    if (in.u() != Instruction.NONE) {
      tangent(
          registers[in.u()],
          s,
          scratch,
          (float) in.kappa(),
          (float) in.own(),
          (float) in.skipTangent(),
          (float) in.slope(),
          n);
    }
    if (in.skip() == 0) {
      registers[in.s()] = scratch; // keep is 1: the dual is the layer's complement
      scratch = s;
    } else {
      mix(s, scratch, (float) in.skip(), (float) in.keep(), n);
    }
  }

  private static void tangent(
      float[] u,
      float[] source,
      float[] dual,
      float kappa,
      float own,
      float skip,
      float slope,
      int n) {
    for (int j = 0; j < n; j += L) {
      FloatVector s = FloatVector.fromArray(F, source, j);
      FloatVector r = s.min(s.neg().add(2f)).max(0f);
      FloatVector theta = AngleVectors.a(r).mul(r.lanewise(VectorOperators.SQRT));
      theta = theta.blend(theta.neg().add((float) Math.PI), s.compare(VectorOperators.GT, 1f));
      FloatVector delta = theta.mul(kappa);
      FloatVector t = FloatVector.fromArray(F, u, j);
      FloatVector composed = delta.neg().fma(t, delta.add(t));
      composed
          .mul(slope)
          .add(t.mul(skip))
          .add(FloatVector.fromArray(F, dual, j).mul(own))
          .intoArray(u, j);
    }
  }

  private static void mix(float[] s, float[] dual, float skip, float keep, int n) {
    for (int j = 0; j < n; j += L) {
      FloatVector.fromArray(F, s, j)
          .mul(skip)
          .add(FloatVector.fromArray(F, dual, j).mul(keep))
          .intoArray(s, j);
    }
  }

  /** Two shares in each pass: one alone costs as much in loading and storing as in arithmetic. */
  private void blend(Instruction.Blend in, RowBlock x, int i, RowBlock z, int n) {
    List<Instruction.Share> shares = in.shares();
    float[] sum = scratch;
    if (shares.size() % 2 == 0) {
      addPair(shares.get(0), shares.get(1), zeros, x, i, z, sum, n);
    } else {
      addShare(shares.get(0), zeros, x, i, z, sum, n);
    }
    for (int k = 2 - shares.size() % 2; k < shares.size(); k += 2) {
      addPair(shares.get(k), shares.get(k + 1), sum, x, i, z, sum, n);
    }
    scratch = registers[in.target()];
    registers[in.target()] = sum;
  }

  private float[] source(Instruction.Share share) {
    return share.source() == Instruction.NONE ? zeros : registers[share.source()];
  }

  private void addShare(
      Instruction.Share share, float[] before, RowBlock x, int i, RowBlock z, float[] sum, int n) {
    int slot = share.slot();
    addShare(
        x.high[slot][i], x.low[slot][i], z.high[slot], z.low[slot], source(share), before, sum, n);
  }

  private static void addShare(
      float high,
      float low,
      float[] highs,
      float[] lows,
      float[] s,
      float[] before,
      float[] sum,
      int n) {
    for (int j = 0; j < n; j += L) {
      FloatVector other = FloatVector.fromArray(F, highs, j);
      FloatVector difference = other.sub(high).add(FloatVector.fromArray(F, lows, j).sub(low));
      FloatVector half = difference.mul(0.5f).fma(difference, FloatVector.fromArray(F, before, j));
      other.mul(high).fma(FloatVector.fromArray(F, s, j), half).intoArray(sum, j);
    }
  }

  private void addPair(
      Instruction.Share first,
      Instruction.Share second,
      float[] before,
      RowBlock x,
      int i,
      RowBlock z,
      float[] sum,
      int n) {
    int a = first.slot();
    int b = second.slot();
    float highA = x.high[a][i];
    float lowA = x.low[a][i];
    float[] highsA = z.high[a];
    float[] lowsA = z.low[a];
    float[] sourceA = source(first);
    float highB = x.high[b][i];
    float lowB = x.low[b][i];
    float[] highsB = z.high[b];
    float[] lowsB = z.low[b];
    float[] sourceB = source(second);
    for (int j = 0; j < n; j += L) {
      FloatVector otherA = FloatVector.fromArray(F, highsA, j);
      FloatVector otherB = FloatVector.fromArray(F, highsB, j);
      FloatVector differenceA = otherA.sub(highA).add(FloatVector.fromArray(F, lowsA, j).sub(lowA));
      FloatVector differenceB = otherB.sub(highB).add(FloatVector.fromArray(F, lowsB, j).sub(lowB));
      FloatVector squares =
          differenceA.mul(0.5f).fma(differenceA, FloatVector.fromArray(F, before, j));
      squares = differenceB.mul(0.5f).fma(differenceB, squares);
      FloatVector total = otherA.mul(highA).fma(FloatVector.fromArray(F, sourceA, j), squares);
      otherB.mul(highB).fma(FloatVector.fromArray(F, sourceB, j), total).intoArray(sum, j);
    }
  }

  private static void value(
      float[] s, int slot, RowBlock x, int i, RowBlock z, float[] target, int n) {
    float own = x.high[slot][i];
    float[] others = z.high[slot];
    for (int j = 0; j < n; j += L) {
      FloatVector scale = FloatVector.fromArray(F, others, j).mul(own);
      FloatVector complement = FloatVector.fromArray(F, s, j);
      scale.neg().fma(complement, scale).intoArray(target, j);
    }
  }
}
