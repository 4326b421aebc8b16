package dev.lamina.cli;

import dev.lamina.analysis.embedding.AffineSegment;
import dev.lamina.analysis.embedding.AffineSegments;
import dev.lamina.analysis.embedding.Insertion;
import dev.lamina.analysis.embedding.KinkDistance;
import dev.lamina.analysis.embedding.Lift;
import dev.lamina.analysis.embedding.Lifting;
import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.kernel.Activation;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.hipparchus.linear.RealMatrix;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lamina lift}: inserts a layer without changing the outputs. */
@Command(
    name = "lift",
    description = "Inserts a layer into a network without changing its outputs on samples.",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "The new layer's activation is --activation, or else that of the layer in front of it"
          + " (of the first layer behind the inputs). Its pre-activations are squeezed into the"
          + " segment, where the activation is a line; smooth activations are lines only nearly,"
          + " and need --segment. With --residual the layer is f + phi(W f + b), f being what is"
          + " in front of it, as wide as f, and W is a multiple of the identity; nothing can be"
          + " inserted in front of such a layer afterwards. The result is in float64."
    })
final class LiftCommand extends Subcommand {
  @Mixin private EmbeddingFiles files;

  @Option(
      names = "--after",
      required = true,
      paramLabel = "Q",
      description = "Insert between feature layers Q and Q+1; 0 is the input.")
  private int after;

  @Option(
      names = "--width",
      paramLabel = "M",
      description = {
        "Neurons of the new layer, at least as many as the smaller of both layers has; with"
            + " --residual as many as layer Q has, and may be left out."
      })
  private Integer width;

  @Option(names = "--x", required = true, paramLabel = "X.npy", description = "Samples in rows.")
  private Path x;

  @Option(
      names = "--segment",
      paramLabel = "LO,HI",
      split = ",",
      arity = "1",
      description = "Where the new pre-activations go (default: 0.5,1.5).")
  private List<Double> segment;

  @Option(
      names = "--residual",
      description = {"The new layer adds its inputs behind its activation: f + phi(W f + b)."})
  private boolean residual;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "B.safetensors",
      description = "Where the deeper network goes.")
  private Path out;

  LiftCommand(Session session) {
    super(session);
  }

  /**
   * What the command prints.
   *
   * @param file the deeper network
   * @param widths inputs, then the outputs of each layer
   * @param residual whether the new layer adds its inputs
   * @param addedParameters by how many parameters it is larger
   * @param exact whether the activation is exactly a line where the new layer stays
   * @param accuracy in words
   * @param slope of the line
   * @param outputChange largest change of an output on the samples
   * @param relativeChange the same over the largest output, at least 1
   * @param kinkDistance how near a pre-activation of the new network comes to a kink, if it has any
   */
  record Document(
      String file,
      List<Integer> widths,
      boolean residual,
      int addedParameters,
      boolean exact,
      String accuracy,
      double slope,
      double outputChange,
      double relativeChange,
      OptionalDouble kinkDistance) {}

  @Override
  Output execute() {
    OutputFiles.require(
        List.of(new OutputFiles.Named("--network", files.network), new OutputFiles.Named("--x", x)),
        List.of(new OutputFiles.Named("--out", out)));
    Perceptron network = files.readAssuming();
    Activation inserted = inserted(network);
    AffineSegment box = box(inserted);
    RealMatrix samples = EmbeddingFiles.samples(x, network, session());
    requireMemory(network, samples.getRowDimension());
    Insertion insertion =
        residual
            ? Insertion.residual(after, width(network), inserted, box)
            : Insertion.of(after, width(network), inserted, box);
    Lift lift = Lifting.lift(network, insertion, samples);
    OutputChange change =
        OutputChange.between(network.outputs(samples), lift.deep().outputs(samples));
    change.require("lift", box.isExact() ? OutputChange.ROUNDING : Double.MAX_VALUE);
    EmbeddingFiles.write(out, lift.deep());
    if (!network.stage(after + 1).biased()) {
      session()
          .say(
              "layer %d of %s has no bias, and has one behind the new layer: a critical point need not stay one"
                  .formatted(after + 1, files.network));
    }
    Document document = document(lift, box, change, samples);
    return Output.of(document, text(document));
  }

  private Document document(Lift lift, AffineSegment box, OutputChange change, RealMatrix samples) {
    OptionalDouble distance =
        KinkDistance.of(lift.deep(), samples).stream()
            .peek(k -> {
              if (!k.isSafe()) {
                session()
                    .say(
                        "sample %d is on a kink, or nearly: neuron %d of layer %d is %s from it; the loss has no second derivatives there"
                            .formatted(k.sample(), k.neuron(), k.layer(), k.distance()));
              }
            })
            .mapToDouble(KinkDistance::distance)
            .findFirst();
    return new Document(
        out.toString(),
        lift.deep().widths(),
        residual,
        lift.addedParameters(),
        box.isExact(),
        lift.accuracy().toString(),
        box.slope(),
        change.largest(),
        change.relative(),
        distance);
  }

  private static String text(Document d) {
    return String.format(
        Locale.ROOT,
        "%s: widths %s%s, %d parameters more%noutputs change by at most %.3g; the lift is %s",
        d.file(),
        d.widths(),
        d.residual() ? ", a residual layer" : "",
        d.addedParameters(),
        d.outputChange(),
        d.accuracy());
  }

  private int width(Perceptron network) {
    if (width != null) {
      return width;
    }
    if (!residual) {
      throw new IllegalArgumentException(
          "lift: --width M is missing: how many neurons the new layer is to have");
    }
    return network.width(Math.clamp(after, 0, network.depth()));
  }

  /** Refuses a width whose weights and features, of each a few copies, Java has no memory for. */
  private void requireMemory(Perceptron network, int samples) {
    if (width == null) {
      return;
    }
    int q = Math.clamp(after, 0, network.depth() - 1);
    double each = 4.0 * (network.width(q) + network.width(q + 1) + 2 + samples);
    double needed = each * width * Double.BYTES;
    long most = Runtime.getRuntime().maxMemory();
    if (needed > most) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "lift: --width %d needs about %.3g GB for the new layer, but Java has %.3g GB; at most %d would fit",
              width,
              needed / 1e9,
              most / 1e9,
              (long) (most / each / Double.BYTES)));
    }
  }

  private Activation inserted(Perceptron network) {
    if (files.activation != null) {
      return Activation.parse(files.activation);
    }
    if (network.depth() == 1) {
      throw new IllegalArgumentException(
          "lift: %s has no hidden layer to take the activation from; give --activation"
              .formatted(files.network));
    }
    return network.stage(Math.clamp(after, 1, network.depth() - 1)).activation();
  }

  private AffineSegment box(Activation inserted) {
    if (inserted instanceof Activation.Sign) {
      throw new IllegalArgumentException("lift: " + AffineSegments.advice(inserted));
    }
    if (segment == null && AffineSegments.exact(inserted).isEmpty()) {
      throw new IllegalArgumentException(
          "lift: %s%s. Say --segment LO,HI to have it"
              .formatted(
                  AffineSegments.advice(inserted),
                  residual
                      ? "; with --residual one power of e more, as the next weights stay as large as they are"
                      : ""));
    }
    if (segment != null && segment.size() != 2) {
      throw new IllegalArgumentException(
          "lift: --segment must be two numbers, LO,HI, but is " + segment);
    }
    boolean unit = segment == null && inserted instanceof Activation.HardTanh;
    return segment == null
        ? AffineSegments.on(inserted, unit ? -0.5 : 0.5, unit ? 0.5 : 1.5)
        : AffineSegments.on(inserted, segment.get(0), segment.get(1));
  }
}
