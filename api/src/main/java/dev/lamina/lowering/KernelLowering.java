package dev.lamina.lowering;

import static dev.lamina.lowering.ProgramBuilder.SQUARED_NORM;

import dev.lamina.kernel.Kernel;
import dev.lamina.kernel.NeuralKernels;
import java.util.List;

/** Lowers kernels: one case per kernel, sums and products by arithmetic on values. */
final class KernelLowering {
  private final ProgramBuilder program = new ProgramBuilder();
  private final InputScale scale;

  KernelLowering(InputScale scale) {
    this.scale = scale;
  }

  /** A kernel's value register and the cell of k(x, x). */
  private record Valued(int register, int diagonal) {}

  /** A kernel's complement register and the cell of k(x, x). */
  record Angled(int register, int diagonal) {}

  LoweredKernel lower(Kernel kernel, boolean angles) {
    if (kernel instanceof Kernel.Sum || kernel instanceof Kernel.Product || !kernel.hasAngle()) {
      Valued value = value(kernel);
      program.add(new Instruction.Emit(value.register(), program.output(0, value.diagonal())));
      if (angles) {
        emitAngle(angle(angledFactor((Kernel.Product) kernel)));
      }
    } else if (kernel instanceof Kernel.Linear) {
      Valued value = value(kernel);
      program.add(new Instruction.Emit(value.register(), program.output(0, value.diagonal())));
      if (angles) {
        emitAngle(angle(kernel));
      }
    } else {
      Angled angled = angle(kernel);
      emitValue(angled.register(), angled.diagonal(), 0);
      if (angles) {
        emitAngle(angled);
      }
    }
    return program.build();
  }

  LoweredKernel lower(NeuralKernels kernels, boolean nngp, boolean ntk) {
    NetworkLowering network = new NetworkLowering(program, kernels.network(), scale, ntk);
    int depths = kernels.depths().size();
    int layer = 0;
    for (int i = 0; i < depths; i++) {
      while (layer < kernels.depths().get(i)) {
        network.layer(layer++);
      }
      if (nngp) {
        emitValue(network.complement(), network.diagonal(), i);
      }
      if (ntk) {
        emitValue(network.tangentComplement(), network.tangentDiagonal(), nngp ? depths + i : i);
      }
    }
    return program.build();
  }

  private void emitValue(int complement, int diagonal, int output) {
    program.add(
        new Instruction.EmitValue(
            complement, program.rootSlot(diagonal), program.output(output, diagonal)));
  }

  private void emitAngle(Angled angled) {
    program.add(
        new Instruction.EmitAngle(angled.register(), program.output(1, program.constant(0))));
  }

  private static Kernel angledFactor(Kernel.Product product) {
    return product.factors().stream()
        .filter(f -> !(f instanceof Kernel.Constant))
        .findFirst()
        .orElseThrow();
  }

  private Valued value(Kernel kernel) {
    return switch (kernel) {
      case Kernel.Constant k -> {
        int register = program.register();
        program.add(new Instruction.Fill(k.value(), register));
        yield new Valued(register, program.constant(k.value()));
      }
      case Kernel.Linear k -> power(1, k.offset(), 1);
      case Kernel.Polynomial k -> power(k.scale(), k.offset(), k.degree());
      case Kernel.Gaussian k -> stationary(k);
      case Kernel.Laplace k -> stationary(k);
      case Kernel.Matern k -> stationary(k);
      case Kernel.RationalQuadratic k -> stationary(k);
      case Kernel.ArcCosine k -> valueOf(angle(k));
      case Kernel.Nngp k -> valueOf(angle(k));
      case Kernel.Ntk k -> valueOf(angle(k));
      case Kernel.Sum k -> fold(k.terms(), true);
      case Kernel.Product k -> fold(k.factors(), false);
    };
  }

  private Valued valueOf(Angled angled) {
    int register = program.register();
    program.add(
        new Instruction.Value(angled.register(), program.rootSlot(angled.diagonal()), register));
    program.release(angled.register());
    return new Valued(register, angled.diagonal());
  }

  private Valued fold(List<Kernel> operands, boolean sum) {
    Valued result = value(operands.getFirst());
    for (Kernel operand : operands.subList(1, operands.size())) {
      Valued next = value(operand);
      int target = result.register();
      program.add(
          sum
              ? new Instruction.Add(target, next.register(), target)
              : new Instruction.Multiply(target, next.register(), target));
      program.release(next.register());
      int left = result.diagonal();
      int right = next.diagonal();
      int diagonal =
          program.cells(1, to -> c -> c[to] = sum ? c[left] + c[right] : c[left] * c[right]);
      result = new Valued(target, diagonal);
    }
    return result;
  }

  private Valued power(double factor, double offset, int degree) {
    int register = program.register();
    program.add(new Instruction.Load(PairStatistic.DOT, register));
    program.add(new Instruction.Power(register, factor, offset, degree, register));
    int diagonal = program.cell(SQUARED_NORM, n -> Math.pow(factor * n + offset, degree));
    return new Valued(register, diagonal);
  }

  private Valued stationary(Kernel kernel) {
    int register = program.register();
    program.add(new Instruction.Load(PairStatistic.SQUARED_DISTANCE, register));
    program.add(new Instruction.Stationary(register, kernel, register));
    return new Valued(register, program.constant(1));
  }

  private Angled angle(Kernel kernel) {
    return switch (kernel) {
      case Kernel.Linear k -> linear(k);
      case Kernel.ArcCosine k -> arcCosine(k);
      case Kernel.Nngp k -> {
        NetworkLowering network = new NetworkLowering(program, k.network(), scale, false);
        network.layers();
        yield new Angled(network.complement(), network.diagonal());
      }
      case Kernel.Ntk k -> {
        NetworkLowering network = new NetworkLowering(program, k.network(), scale, true);
        network.layers();
        program.release(network.complement());
        yield new Angled(network.tangentComplement(), network.tangentDiagonal());
      }
      case Kernel.Constant k -> throw noAngle(k);
      case Kernel.Polynomial k -> throw noAngle(k);
      case Kernel.Gaussian k -> throw noAngle(k);
      case Kernel.Laplace k -> throw noAngle(k);
      case Kernel.Matern k -> throw noAngle(k);
      case Kernel.RationalQuadratic k -> throw noAngle(k);
      case Kernel.Sum k -> throw noAngle(k);
      case Kernel.Product k -> throw noAngle(k);
    };
  }

  private static IllegalArgumentException noAngle(Kernel kernel) {
    return new IllegalArgumentException("angles: " + kernel + " has no angle");
  }

  private Angled linear(Kernel.Linear kernel) {
    int s = loadComplement();
    double offset = kernel.offset();
    int diagonal = program.cell(SQUARED_NORM, n -> n + offset);
    requirePositive(diagonal, kernel);
    if (offset > 0) {
      int own = program.rootSlot(ratio(SQUARED_NORM, diagonal));
      int bias = program.slot(program.cell(diagonal, k -> Math.sqrt(offset / k)));
      program.add(
          new Instruction.Blend(
              List.of(new Instruction.Share(own, s), new Instruction.Share(bias, Instruction.NONE)),
              s));
    }
    return new Angled(s, diagonal);
  }

  private Angled arcCosine(Kernel.ArcCosine kernel) {
    int s = loadComplement();
    requirePositive(SQUARED_NORM, kernel);
    return switch (kernel.order()) {
      case 0 -> {
        program.add(new Instruction.AngleOf(s, 1 / Math.PI, s));
        yield new Angled(s, program.constant(1));
      }
      case 1 -> {
        program.add(new Instruction.AngleDual(s, 1 / Math.PI, s, Instruction.NONE));
        yield new Angled(s, program.cell(SQUARED_NORM, n -> n));
      }
      default -> {
        program.add(new Instruction.ArcCosine2(s, s));
        yield new Angled(s, program.cell(SQUARED_NORM, n -> 3 * n * n));
      }
    };
  }

  private int loadComplement() {
    int s = program.register();
    program.add(new Instruction.Load(PairStatistic.COMPLEMENT, s));
    return s;
  }

  private int ratio(int numerator, int denominator) {
    return program.cells(1, to -> c -> c[to] = c[numerator] / c[denominator]);
  }

  private void requirePositive(int cell, Kernel kernel) {
    program.cells(
        0,
        none ->
            c -> {
              if (!(c[cell] > 0)) {
                throw new IllegalArgumentException(
                    "is zero, and " + kernel + " has no angle at zero");
              }
            });
  }
}
