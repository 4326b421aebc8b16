package dev.lamina.analysis.alignment;

import dev.lamina.analysis.alignment.EvaluatedNetwork.Stage;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.training.Owned;
import dev.lamina.backend.Backend;
import dev.lamina.backend.MemoryBudget;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.GramOps;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One measurement: goes back through the layers once and collects what each of them shows. With A
 * the inputs of a layer and D_c the gradients of output c by its pre-activations, its tangent
 * kernel has the blocks (D_c D_{c'}ᵀ) ∘ (A Aᵀ + 1), and yᵀ K y is the squared gradient of Σ ⟨yᵢ,
 * f(xᵢ)⟩ by its parameters (derived here; checked against explicit Jacobians).
 */
final class Measurement implements AutoCloseable {
  private final Backend backend;
  private final GramOps gram;
  private final AlignmentExamples examples;
  private final AlignmentSettings settings;
  private final int n;
  private final int outputs;
  private final int probeCount;
  private final boolean exact;

  /** Whether the gradients of all layers are kept, to find the norm of the whole kernel. */
  private final boolean together;

  private final boolean traceFits;
  private final MemoryBudget.Reservation reservation;
  private final Owned owned = new Owned();
  private final EvaluatedNetwork network;
  private final List<LayerSums> layers = new ArrayList<>();
  private final LayerSums whole;

  /** Gradients of all outputs and Gram matrices of inputs, from the last layer to the first. */
  private final List<DeviceMatrix> gradients = new ArrayList<>();

  private final List<DeviceMatrix> grams = new ArrayList<>();
  private DeviceMatrix exampleOnes;
  private Optional<TraceKernels> traces = Optional.empty();

  Measurement(
      Backend backend, Network network, AlignmentExamples examples, AlignmentSettings settings) {
    this.backend = backend;
    this.gram = backend.gram();
    this.examples = examples;
    this.settings = settings;
    this.n = examples.count();
    this.outputs = examples.outputs();
    this.probeCount = settings.denominator() instanceof Denominator.Probes(int count) ? count : 0;
    this.exact = probeCount == 0;
    this.whole = new LayerSums(examples, settings.permutations(), probeCount);
    MemoryNeed need = MemoryNeed.of(network, n, outputs, settings.permutations(), probeCount);
    long available = backend.budget().available();
    this.together = exact && need.allLayers() <= available;
    this.traceFits = exact || need.oneLayer() + need.squares() <= available;
    this.reservation =
        backend
            .budget()
            .reserve(
                together ? need.allLayers() : need.oneLayer() + (traceFits ? need.squares() : 0),
                "alignment: gradients of all outputs and Gram matrices of the inputs");
    try {
      this.network = new EvaluatedNetwork(backend, network, examples.x());
    } catch (RuntimeException e) {
      reservation.close();
      throw e;
    }
  }

  /** Measures. To be called once. */
  AlignmentResult run() {
    exampleOnes = owned.add(Constants.ones(backend, n));
    if (traceFits) {
      traces = Optional.of(new TraceKernels(backend, examples));
    }
    try (HostMatrix unitRows = Cotangents.outputs(n, outputs);
        HostMatrix otherRows = Cotangents.of(examples.labels(), settings);
        BackwardStack units = new BackwardStack(backend, network, unitRows, together);
        BackwardStack others = new BackwardStack(backend, network, otherRows, false)) {
      for (int l = network.stages().size() - 1; l >= 0; l--) {
        layers.addFirst(layer(network.stages().get(l), units.delta(), others));
        whole.add(layers.getFirst());
        if (l > 0) {
          units.back();
          others.back();
        }
      }
    }
    norms();
    return result();
  }

  private LayerSums layer(Stage stage, DeviceMatrix units, BackwardStack others) {
    LayerSums sums = new LayerSums(examples, settings.permutations(), probeCount);
    int labels = 1 + settings.permutations();
    try (Responses responses = new Responses(backend, stage, units, exampleOnes, n)) {
      for (int k = 0; k < labels + probeCount; k++) {
        Responses.Squares squares = responses.gradient(others.function(k, n));
        if (k == 0) {
          sums.weightNumerator = squares.weights();
          sums.biasNumerator = squares.bias();
          responses.respond(sums.response);
        } else if (k < labels) {
          sums.permuted[k - 1] = squares.weights() + squares.bias();
        } else {
          responses.respond(sums.probes[k - labels]);
        }
      }
    }
    if (traceFits) {
      gramMatrices(stage, units, sums);
    }
    return sums;
  }

  /** Does what needs the inputs' Gram matrix; keeps it and the gradients if all layers are kept. */
  private void gramMatrices(Stage stage, DeviceMatrix units, LayerSums sums) {
    DeviceMatrix g = backend.allocate(DType.FLOAT64, n, n);
    try {
      gram.rowProducts(stage.input(), 1, 0, g);
      if (settings.parts() && stage.bias()) {
        sums.weightSquare = OptionalDouble.of(square(units, g));
        try (DeviceMatrix one = backend.allocate(DType.FLOAT64, n, n)) {
          gram.gemm(exampleOnes, true, exampleOnes, false, 1, 0, one);
          sums.biasSquare = OptionalDouble.of(square(units, one));
        }
      }
      if (stage.bias()) {
        gram.gemm(exampleOnes, true, exampleOnes, false, 1, 1, g);
      }
      traces.ifPresent(t -> t.layer(units, g, sums));
      if (settings.effectiveRank()) {
        sums.effectiveRank = OptionalDouble.of(new EffectiveRank(backend, n, outputs).of(units, g));
      }
      if (exact && !together) {
        sums.square = square(units, g);
      }
    } finally {
      if (together) {
        gradients.add(owned.add(units));
        grams.add(owned.add(g));
      } else {
        g.close();
      }
    }
  }

  private double square(Matrix d, Matrix g) {
    return gram.hadamardNorms(List.of(d), List.of(g))[0];
  }

  private void norms() {
    traces.ifPresent(t -> t.network(whole));
    if (!exact) {
      layers.forEach(LayerSums::estimate);
      whole.estimate();
    } else if (together) {
      double[] squares = gram.hadamardNorms(gradients, grams);
      for (int l = 0; l < layers.size(); l++) {
        layers.get(layers.size() - 1 - l).square = squares[l];
      }
      whole.square = squares[layers.size()];
    }
  }

  private AlignmentResult result() {
    double labelGram = examples.labelGram();
    List<LayerAlignment> all = new ArrayList<>();
    for (int l = 0; l < layers.size(); l++) {
      all.add(layers.get(l).toAlignment(l + 1, labelGram));
    }
    return new AlignmentResult(
        n,
        outputs,
        examples.missingClasses(),
        all,
        whole.toAlignment(0, labelGram),
        AlignmentLevels.of(examples));
  }

  @Override
  public void close() {
    traces.ifPresent(TraceKernels::close);
    network.close();
    owned.close();
    reservation.close();
  }
}
