package dev.lamina.cuda;

import dev.lamina.kernel.Kernel;
import dev.lamina.lowering.EntryProgram;
import dev.lamina.lowering.Instruction;
import dev.lamina.lowering.PairStatistic;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.hipparchus.special.Gamma;

/**
 * An entry program as the device functions read it ({@code kernels/src/program.cuh}): 64-bit words,
 * integers and the bits of float64 numbers.
 *
 * <pre>
 *   header  word 0  number of instructions
 *           word 1  1 if the program is uniform, else 0 (below)
 *           word 2  number of registers
 *           word 3  number of outputs
 *           word 4  complements below this are computed again from the rows (float64)
 *           word 5  squared distances below this share of ‖x‖² + ‖z‖² likewise (float64)
 *           words 6 … 9  0
 *   instruction (10 words)
 *           word 0  bits 0…7 operation, 8…15 target register, 16…23 source or left register,
 *                   24…31 second source or derivative register (255 for none), 32…63 row slot
 *           word 1  number: statistic, exponent, shape, function, count or output (below)
 *           words 2 … 9  constants c0 … c7 (float64)
 * </pre>
 *
 * <p>A {@link Instruction.Blend} becomes one BLEND_START, a BLEND_SHARE for each share and a
 * BLEND_END; there is one hidden register for its sum. A program is <em>uniform</em> if it loads
 * complements into register 0 and consists of copies from 0 to 1, uniform angle layers on (0, 1) or
 * (0, none) and the emission of values and angles from 0 or 1: the device functions then keep both
 * registers in the processor's own.
 *
 * @param words the encoded program
 * @param float64Only whether the program has an instruction whose formula cancels in float32, so
 *     that only device functions that compute in float64 run it
 * @param registers number of registers
 * @param outputs number of outputs
 */
@SuppressWarnings("ArrayRecordComponent") // a buffer to upload; never compared
record ProgramCode(long[] words, boolean float64Only, int registers, int outputs) {

  /** Registers that the device functions have. */
  static final int MAX_REGISTERS = 32;

  static final int HEADER_WORDS = 10;
  static final int INSTRUCTION_WORDS = 10;
  static final int CONSTANTS = 8;
  private static final int NO_REGISTER = 255;

  /** Returns whether the device functions for uniform programs run this one. */
  boolean isUniform() {
    return words[1] == 1;
  }

  /** The operations. */
  enum Operation {
    /** target = statistic `number`: 0 dot, 1 complement, 2 squared distance. */
    LOAD(0),
    /** target = source. */
    COPY(1),
    /** target = c0. */
    FILL(2),
    /** target = (c0·source + c1)^number. */
    POWER(3),
    /**
     * target = f(source), `number` the shape: 0 exp(−c0 D); 1 exp(−a)(1 + c1 a + c2 a² + c3 a³), a
     * = c0 √D; 2 exp(−c1 log(1 + c0 D)); 3 exp(c2) aᶜ¹ K_c1(a), a = c0 √D.
     */
    STATIONARY(4),
    /** target = source + second. */
    ADD(5),
    /** target = source·second. */
    MULTIPLY(6),
    /** {@link Instruction.AngleDual}: c0 = κ, c1 = 2 − πκ, c2 = πκ − 1; second the derivative. */
    ANGLE_DUAL(7),
    /** target = c0·θ. */
    ANGLE_OF(8),
    /** {@link Instruction.ArcCosine2}. */
    ARC_COSINE_2(9),
    /**
     * {@link Instruction.UniformAngleLayer} on s = target, u = second: c0 = κ, c1 = 2 − πκ, c2 = πκ
     * − 1, c3 = skip, c4 = keep, c5 = own, c6 = skipTangent, c7 = slope.
     */
    UNIFORM_LAYER(10),
    /**
     * {@link Instruction.SmoothDual}: number the function: 0 erf, 1 gelu, 2 sin, 3 cos, 4 exp;
     * second the derivative.
     */
    SMOOTH_DUAL(11),
    /** {@link Instruction.SeriesDual}: number of coefficients. */
    SERIES_DUAL(12),
    /** sum = 0. */
    BLEND_START(13),
    /** sum += ½ (a(x) − a(z))² + a(x) a(z) source, the second term if there is a source. */
    BLEND_SHARE(14),
    /** target = sum. */
    BLEND_END(15),
    /** target = source + second − source·second. */
    COMPOSE(16),
    /** target = a(x) a(z) (1 − source). */
    VALUE(17),
    /** output `number` = source. */
    EMIT(18),
    /** output `number` = a(x) a(z) (1 − source). */
    EMIT_VALUE(19),
    /** output `number` = the angle of source. */
    EMIT_ANGLE(20);

    /** The number in {@code program.cuh}. */
    final int code;

    Operation(int code) {
      this.code = code;
    }
  }

  /**
   * Encodes a program.
   *
   * @param program the program
   * @param nearComplement complements below this are computed again from the difference of the rows
   * @param nearDistance squared distances below this share of ‖x‖² + ‖z‖² likewise
   * @throws IllegalArgumentException if the program needs more registers than there are
   */
  static ProgramCode of(EntryProgram program, double nearComplement, double nearDistance) {
    if (program.registers() > MAX_REGISTERS) {
      throw new IllegalArgumentException(
          "kernel: its entry program must have at most %d registers on a cuda device but has %d"
              .formatted(MAX_REGISTERS, program.registers()));
    }
    Writer writer = new Writer();
    program.instructions().forEach(writer::write);
    long[] words = new long[HEADER_WORDS + writer.words.size()];
    words[0] = writer.words.size() / INSTRUCTION_WORDS;
    words[1] = isUniform(program) ? 1 : 0;
    words[2] = program.registers();
    words[3] = program.outputs();
    words[4] = Double.doubleToRawLongBits(nearComplement);
    words[5] = Double.doubleToRawLongBits(nearDistance);
    for (int i = 0; i < writer.words.size(); i++) {
      words[HEADER_WORDS + i] = writer.words.get(i);
    }
    return new ProgramCode(words, isFloat64Only(program), program.registers(), program.outputs());
  }

  private static boolean isFloat64Only(EntryProgram program) {
    return program.instructions().stream()
        .anyMatch(i ->
            i instanceof Instruction.SmoothDual
                || i instanceof Instruction.SeriesDual
                || (i instanceof Instruction.Stationary s
                    && Stationary.of(s.kernel()).shape() == Stationary.MATERN_GENERAL));
  }

  private static boolean isUniform(EntryProgram program) {
    return program.instructions().stream()
        .allMatch(i ->
            switch (i) {
              case Instruction.Load in ->
                  in.statistic() == PairStatistic.COMPLEMENT && in.target() == 0;
              case Instruction.Copy in -> in.source() == 0 && in.target() == 1;
              case Instruction.UniformAngleLayer in ->
                  in.s() == 0 && Set.of(1, Instruction.NONE).contains(in.u());
              case Instruction.EmitValue in -> in.source() <= 1;
              case Instruction.EmitAngle in -> in.source() <= 1;
              default -> false;
            });
  }

  /**
   * A stationary kernel as a function of the squared distance D.
   *
   * @param shape number of the form, see {@link Operation#STATIONARY}
   * @param constants c0 …
   */
  private record Stationary(int shape, double... constants) {
    static final int GAUSSIAN = 0;
    static final int MATERN_HALF_INTEGER = 1;
    static final int RATIONAL_QUADRATIC = 2;
    static final int MATERN_GENERAL = 3;

    static Stationary of(Kernel kernel) {
      return switch (kernel) {
        case Kernel.Gaussian k ->
            new Stationary(GAUSSIAN, 0.5 / (k.lengthScale() * k.lengthScale()));
        case Kernel.Laplace k -> new Stationary(MATERN_HALF_INTEGER, 1 / k.lengthScale(), 0, 0, 0);
        case Kernel.Matern k -> matern(k);
        case Kernel.RationalQuadratic k ->
            new Stationary(
                RATIONAL_QUADRATIC,
                0.5 / (k.alpha() * k.lengthScale() * k.lengthScale()),
                k.alpha());
        default -> throw new IllegalStateException(kernel + " is not stationary");
      };
    }

    /** Rasmussen and Williams 2006, (4.16) for half-integer ν, (4.14) else. */
    private static Stationary matern(Kernel.Matern k) {
      double scale = Math.sqrt(2 * k.nu()) / k.lengthScale();
      if (k.nu() == 0.5) {
        return new Stationary(MATERN_HALF_INTEGER, scale, 0, 0, 0);
      }
      if (k.nu() == 1.5) {
        return new Stationary(MATERN_HALF_INTEGER, scale, 1, 0, 0);
      }
      if (k.nu() == 2.5) {
        return new Stationary(MATERN_HALF_INTEGER, scale, 1, 1.0 / 3, 0);
      }
      if (k.nu() == 3.5) {
        return new Stationary(MATERN_HALF_INTEGER, scale, 1, 0.4, 1.0 / 15);
      }
      double logFactor = (1 - k.nu()) * Math.log(2) - Gamma.logGamma(k.nu());
      return new Stationary(MATERN_GENERAL, scale, k.nu(), logFactor);
    }
  }

  /** Appends instructions. */
  private static final class Writer {
    final List<Long> words = new ArrayList<>();

    void write(Instruction instruction) {
      switch (instruction) {
        case Instruction.Load in -> add(Operation.LOAD, in.target(), 0, 0, 0, statistic(in));
        case Instruction.Copy in -> add(Operation.COPY, in.target(), in.source(), 0, 0, 0);
        case Instruction.Fill in -> add(Operation.FILL, in.target(), 0, 0, 0, 0, in.value());
        case Instruction.Power in ->
            add(
                Operation.POWER,
                in.target(),
                in.source(),
                0,
                0,
                in.degree(),
                in.scale(),
                in.offset());
        case Instruction.Stationary in -> {
          Stationary form = Stationary.of(in.kernel());
          add(Operation.STATIONARY, in.target(), in.source(), 0, 0, form.shape(), form.constants());
        }
        case Instruction.Add in -> add(Operation.ADD, in.target(), in.left(), in.right(), 0, 0);
        case Instruction.Multiply in ->
            add(Operation.MULTIPLY, in.target(), in.left(), in.right(), 0, 0);
        case Instruction.AngleDual in ->
            add(
                Operation.ANGLE_DUAL,
                in.target(),
                in.source(),
                in.derivative(),
                0,
                0,
                in.kappa(),
                2 - Math.PI * in.kappa(),
                Math.PI * in.kappa() - 1);
        case Instruction.AngleOf in ->
            add(Operation.ANGLE_OF, in.target(), in.source(), 0, 0, 0, in.scale());
        case Instruction.ArcCosine2 in ->
            add(Operation.ARC_COSINE_2, in.target(), in.source(), 0, 0, 0);
        case Instruction.UniformAngleLayer in ->
            add(
                Operation.UNIFORM_LAYER,
                in.s(),
                in.s(),
                in.u(),
                0,
                0,
                in.kappa(),
                2 - Math.PI * in.kappa(),
                Math.PI * in.kappa() - 1,
                in.skip(),
                in.keep(),
                in.own(),
                in.skipTangent(),
                in.slope());
        case Instruction.SmoothDual in ->
            add(
                Operation.SMOOTH_DUAL,
                in.target(),
                in.source(),
                in.derivative(),
                in.slot(),
                function(in));
        case Instruction.SeriesDual in ->
            add(Operation.SERIES_DUAL, in.target(), in.source(), 0, in.slot(), in.count());
        case Instruction.Blend in -> blend(in);
        case Instruction.Compose in ->
            add(Operation.COMPOSE, in.target(), in.left(), in.right(), 0, 0);
        case Instruction.Value in ->
            add(Operation.VALUE, in.target(), in.source(), 0, in.slot(), 0);
        case Instruction.Emit in -> add(Operation.EMIT, 0, in.source(), 0, 0, in.output());
        case Instruction.EmitValue in ->
            add(Operation.EMIT_VALUE, 0, in.source(), 0, in.slot(), in.output());
        case Instruction.EmitAngle in ->
            add(Operation.EMIT_ANGLE, 0, in.source(), 0, 0, in.output());
      }
    }

    private static int statistic(Instruction.Load in) {
      return switch (in.statistic()) {
        case PairStatistic.DOT -> 0;
        case PairStatistic.COMPLEMENT -> 1;
        case PairStatistic.SQUARED_DISTANCE -> 2;
      };
    }

    private static int function(Instruction.SmoothDual in) {
      return switch (in.function()) {
        case ERF -> 0;
        case GELU -> 1;
        case SIN -> 2;
        case COS -> 3;
        case EXP -> 4;
      };
    }

    private void blend(Instruction.Blend in) {
      add(Operation.BLEND_START, 0, 0, 0, 0, 0);
      for (Instruction.Share share : in.shares()) {
        add(Operation.BLEND_SHARE, 0, share.source(), 0, share.slot(), 0);
      }
      add(Operation.BLEND_END, in.target(), 0, 0, 0, 0);
    }

    private void add(
        Operation operation,
        int target,
        int source,
        int second,
        int slot,
        int number,
        double... constants) {
      words.add(
          operation.code
              | ((long) target << 8)
              | ((long) register(source) << 16)
              | ((long) register(second) << 24)
              | ((long) slot << 32));
      words.add((long) number);
      for (int i = 0; i < CONSTANTS; i++) {
        words.add(Double.doubleToRawLongBits(i < constants.length ? constants[i] : 0));
      }
    }

    private static int register(int register) {
      return register == Instruction.NONE ? NO_REGISTER : register;
    }
  }
}
