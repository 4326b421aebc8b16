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
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Entry programs in float32: everything but the smooth duals, whose formulas cancel.
 *
 * <p>A few rows are taken at once: their registers fit into the first-level cache, and loops over
 * all of them are long enough that starting one costs little.
 */
final class FloatEntries implements Entries {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int L = F.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** Rows taken at once. */
  private static final int ROWS = 4;

  private final EntryProgram program;

  // Whether an instruction sees acute angles only: whatever the rows, and if all rows at hand are
  // at
  // acute angles to each other.
  private final boolean[] acute;
  private final boolean[] acuteAmongAcute;

  private final NearPairs near;
  private final float[][] registers;
  private final float[][] outputs;
  private final float[] zeros;
  private final Mirror mirror;
  private final float[] slopes;
  private float[] scratch;

  // What the running program is applied to: rows first … first + count − 1 of x with rows 0 … n − 1
  // of z. Entry (r, j) stands at r·pitch + j of the registers and, for these rows, at
  // (line + r)·pitch + j of the outputs.
  private RowBlock x;
  private RowBlock z;
  private int first;
  private int count;
  private int line;
  private int n;
  private int pitch;

  FloatEntries(EntryProgram program, int width, NearPairs near, Mirror mirror) {
    int padded = width + RowBlock.PADDING;
    this.program = program;
    this.near = near;
    this.mirror = mirror;
    acute = AcuteSteps.of(program, 2);
    acuteAmongAcute = AcuteSteps.of(program, 1);
    registers = new float[program.registers()][ROWS * padded];
    outputs = new float[program.outputs()][LINES * padded];
    scratch = new float[ROWS * padded];
    slopes = new float[ROWS * padded];
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
  public void run(
      MemorySegment dots, long stride, long row, RowBlock x, int i, int lines, RowBlock z, int n) {
    this.x = x;
    this.z = z;
    this.n = n;
    pitch = Math.ceilDiv(n, L) * L;
    for (line = 0; line < lines; line += ROWS) {
      first = i + line;
      count = Math.min(ROWS, lines - line);
      run(dots, stride, row + line);
    }
  }

  private void run(MemorySegment dots, long stride, long row) {
    int all = count * pitch;
    List<Instruction> instructions = program.instructions();
    boolean[] steps = acute;
    for (int k = 0; k < instructions.size(); k++) {
      switch (instructions.get(k)) {
        case Instruction.Load in -> {
          boolean among = true;
          for (int r = 0; r < count; r++) {
            among &= load(in, dots, (row + r) * stride * Float.BYTES, r);
          }
          if (in.statistic() == PairStatistic.COMPLEMENT) {
            steps = among ? acuteAmongAcute : acute;
          }
        }
        case Instruction.Copy in ->
            System.arraycopy(registers[in.source()], 0, registers[in.target()], 0, all);
        case Instruction.Fill in -> Arrays.fill(registers[in.target()], 0, all, (float) in.value());
        case Instruction.Power in -> power(in, all);
        case Instruction.Stationary in ->
            StationaryForm.of(in.kernel())
                .apply(registers[in.source()], registers[in.target()], scratch, all);
        case Instruction.Add in ->
            add(registers[in.left()], registers[in.right()], registers[in.target()], all);
        case Instruction.Multiply in ->
            multiply(registers[in.left()], registers[in.right()], registers[in.target()], all);
        case Instruction.AngleDual in -> angleDual(in, steps[k], all);
        case Instruction.AngleOf in ->
            FloatAngles.angle(
                registers[in.source()], (float) in.scale(), registers[in.target()], 0, all);
        case Instruction.ArcCosine2 in ->
            FloatAngles.arcCosine2(registers[in.source()], registers[in.target()], all);
        case Instruction.UniformAngleLayer in -> uniformLayer(in, steps[k], all);
        case Instruction.Blend in -> blend(in);
        case Instruction.Compose in ->
            compose(registers[in.left()], registers[in.right()], registers[in.target()], all);
        case Instruction.Value in -> value(in.source(), in.slot(), registers[in.target()], 0);
        case Instruction.Emit in ->
            System.arraycopy(registers[in.source()], 0, outputs[in.output()], line * pitch, all);
        case Instruction.EmitValue in ->
            value(in.source(), in.slot(), outputs[in.output()], line * pitch);
        case Instruction.EmitAngle in ->
            FloatAngles.angle(registers[in.source()], 1, outputs[in.output()], line * pitch, all);
        case Instruction.SmoothDual in -> throw unsupported(in);
        case Instruction.SeriesDual in -> throw unsupported(in);
      }
    }
  }

  private static IllegalStateException unsupported(Instruction instruction) {
    return new IllegalStateException(instruction + " runs in float64 only");
  }

  @Override
  public void store(int output, int line, int n, HostMatrix target, long row, long col) {
    requireFloat(target);
    MemorySegment.copy(
        outputs[output],
        line * pitch,
        target.segment(),
        ValueLayout.JAVA_FLOAT_UNALIGNED,
        target.byteOffset(row, col),
        n);
  }

  @Override
  public void mirror(int output, int lines, int n, HostMatrix target, long row, long col) {
    requireFloat(target);
    mirror.transpose(outputs[output], pitch, lines, n, target, col, row);
  }

  private static void requireFloat(HostMatrix target) {
    if (target.dtype() != DType.FLOAT32) {
      throw new IllegalStateException("float32 entries cannot fill " + target.shape());
    }
  }

  /** Loads a line; returns false if there is a complement above 1 in it. */
  private boolean load(Instruction.Load in, MemorySegment dots, long offset, int r) {
    float[] target = registers[in.target()];
    int at = r * pitch;
    switch (in.statistic()) {
      case PairStatistic.DOT ->
          MemorySegment.copy(dots, ValueLayout.JAVA_FLOAT_UNALIGNED, offset, target, at, n);
      case PairStatistic.COMPLEMENT -> {
        return complements(dots, offset, first + r, target, at);
      }
      case PairStatistic.SQUARED_DISTANCE -> distances(dots, offset, first + r, target, at);
    }
    return true;
  }

  private boolean complements(MemorySegment dots, long offset, int i, float[] target, int at) {
    float scale = -x.inverseNorm32[i];
    float threshold = 1 - (float) near.complement();
    float[] inverse = z.inverseNorm32;
    int columns = n;
    IntVector largest = IntVector.zero(IntVector.SPECIES_PREFERRED);
    for (int j = 0; j < columns; j += L) {
      FloatVector dot = FloatVector.fromMemorySegment(F, dots, offset + 4L * j, ORDER);
      FloatVector s = dot.mul(scale).mul(FloatVector.fromArray(F, inverse, j)).add(1f);
      s.intoArray(target, at + j);
      largest = largest.max(s.reinterpretAsInts());
      VectorMask<Float> close = s.sub(1f).abs().compare(VectorOperators.GT, threshold);
      if (close.anyTrue()) {
        for (int k = j; k < Math.min(columns, j + L); k++) {
          if (close.laneIsSet(k - j)) {
            target[at + k] =
                (float)
                    RowDistance.complement(
                        x.rows,
                        i,
                        x.inverseNorm[i],
                        z.rows,
                        k,
                        z.inverseNorm[k],
                        target[at + k] > 1);
          }
        }
      }
    }
    // Positive numbers are in the order of their bits.
    return largest.compare(VectorOperators.LE, Float.floatToRawIntBits(1)).allTrue();
  }

  private void distances(MemorySegment dots, long offset, int i, float[] target, int at) {
    float own = x.squaredNorm32[i];
    float threshold = (float) near.distance();
    float[] norms = z.squaredNorm32;
    int columns = n;
    for (int j = 0; j < columns; j += L) {
      FloatVector dot = FloatVector.fromMemorySegment(F, dots, offset + 4L * j, ORDER);
      FloatVector sum = FloatVector.fromArray(F, norms, j).add(own);
      FloatVector distance = sum.sub(dot.mul(2f));
      distance.intoArray(target, at + j);
      VectorMask<Float> close = distance.lt(sum.mul(threshold));
      if (close.anyTrue()) {
        for (int k = j; k < Math.min(columns, j + L); k++) {
          if (close.laneIsSet(k - j)) {
            target[at + k] = (float) RowDistance.squaredDistance(x.rows, i, 1, z.rows, k, 1);
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

  private void angleDual(Instruction.AngleDual in, boolean acute, int all) {
    float[] source = registers[in.source()];
    float[] target = registers[in.target()];
    if (in.derivative() == Instruction.NONE) {
      dual(source, in.kappa(), acute, target, all);
    } else {
      dual(source, in.kappa(), acute, target, registers[in.derivative()], all);
    }
  }

  private static void dual(float[] s, double kappa, boolean acute, float[] target, int all) {
    if (acute) {
      FloatAngles.acuteDual(s, kappa, target, all);
    } else {
      FloatAngles.dual(s, kappa, target, all);
    }
  }

  private static void dual(
      float[] s, double kappa, boolean acute, float[] target, float[] derivative, int all) {
    if (acute) {
      FloatAngles.acuteDual(s, kappa, target, derivative, all);
    } else {
      FloatAngles.dual(s, kappa, target, derivative, all);
    }
  }

  private void uniformLayer(Instruction.UniformAngleLayer in, boolean acute, int all) {
    float[] s = registers[in.s()];
    if (in.skip() != 0) {
      residualLayer(in, acute, s, all);
    } else if (in.u() == Instruction.NONE) {
      dual(s, in.kappa(), acute, s, all);
    } else if (acute) {
      FloatAngles.acuteLayer(s, registers[in.u()], in, all);
    } else {
      FloatAngles.layer(s, registers[in.u()], in, all);
    }
  }

  private void residualLayer(Instruction.UniformAngleLayer in, boolean acute, float[] s, int all) {
    if (in.u() == Instruction.NONE) {
      dual(s, in.kappa(), acute, scratch, all);
    } else {
      dual(s, in.kappa(), acute, scratch, slopes, all);
      FloatAngles.tangent(registers[in.u()], scratch, slopes, in, all);
    }
    mix(s, scratch, (float) in.skip(), (float) in.keep(), all);
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
  private void blend(Instruction.Blend in) {
    List<Instruction.Share> shares = in.shares();
    int odd = shares.size() % 2;
    for (int r = 0; r < count; r++) {
      if (odd == 1) {
        addShare(shares.getFirst(), r);
      }
      for (int k = odd; k < shares.size(); k += 2) {
        addPair(shares.get(k), shares.get(k + 1), k > 0, r);
      }
    }
    float[] sum = scratch;
    scratch = registers[in.target()];
    registers[in.target()] = sum;
  }

  private float[] source(Instruction.Share share) {
    return share.source() == Instruction.NONE ? zeros : registers[share.source()];
  }

  /** Where the entries of a row begin in {@link #source}. */
  private int start(Instruction.Share share, int r) {
    return share.source() == Instruction.NONE ? 0 : r * pitch;
  }

  /** The first share alone. */
  private void addShare(Instruction.Share share, int r) {
    int slot = share.slot();
    FloatShares.addShare(
        x.high[slot][first + r],
        x.low[slot][first + r],
        z.high[slot],
        z.low[slot],
        source(share),
        start(share, r),
        scratch,
        r * pitch,
        n);
  }

  private void addPair(Instruction.Share a, Instruction.Share b, boolean more, int r) {
    FloatShares.addPair(
        x.high[a.slot()][first + r],
        x.low[a.slot()][first + r],
        z.high[a.slot()],
        z.low[a.slot()],
        source(a),
        start(a, r),
        x.high[b.slot()][first + r],
        x.low[b.slot()][first + r],
        z.high[b.slot()],
        z.low[b.slot()],
        source(b),
        start(b, r),
        more ? scratch : zeros,
        more ? r * pitch : 0,
        scratch,
        r * pitch,
        n);
  }

  private void value(int source, int slot, float[] target, int at) {
    for (int r = 0; r < count; r++) {
      value(
          registers[source],
          r * pitch,
          x.high[slot][first + r],
          z.high[slot],
          target,
          at + r * pitch,
          n);
    }
  }

  private static void value(
      float[] s, int from, float own, float[] others, float[] target, int at, int n) {
    for (int j = 0; j < n; j += L) {
      FloatVector scale = FloatVector.fromArray(F, others, j).mul(own);
      FloatVector complement = FloatVector.fromArray(F, s, from + j);
      scale.neg().fma(complement, scale).intoArray(target, at + j);
    }
  }
}
