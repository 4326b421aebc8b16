package dev.lamina.cli;

import dev.lamina.Lamina;
import dev.lamina.analysis.layerwise.Form;
import dev.lamina.analysis.layerwise.LayerLoss;
import dev.lamina.analysis.layerwise.LayerObjective;
import dev.lamina.analysis.layerwise.ObjectiveSettings;
import dev.lamina.analysis.layerwise.Space;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.NpyFile;
import dev.lamina.matrix.ShapeException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code lamina dgl}. */
@Command(
    name = "dgl",
    description = "Computes the deep Gaussian layer-wise loss of a layer's activations.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "K0 = sa2/n Phi Phi' + sb2 goes through P wide ReLU layers, K -> sw2 k1(K) + sb2,",
      "and A = KP + s2 I. The loss is 1/2 tr(Y' inv(A) Y) + C/2 log det A, which leaves",
      "N C/2 log 2 pi out. Also reported: fit = 1/2 tr(Y' inv(A) Y), logDeterminant =",
      "log det A (neither halved nor times C), and the norm of the gradient by Phi.",
      "With --centred, KP and Y are centred and the loss has C/2 (log det A - log s2).",
      "docs/layer-wise-losses.md has the other forms and where each comes from.",
      "Everything is computed in float64, whatever --precision says."
    })
final class DglCommand extends Subcommand {
  /** A mean of targets that is more than the rounding of fractions like 1/3. */
  private static final double MEAN_TOLERANCE = 1e-9;

  @Option(
      names = "--activations",
      required = true,
      paramLabel = "PHI.npy",
      description = "N×n activations of the layer, one sample per row.")
  private Path activations;

  @Option(
      names = "--targets",
      required = true,
      paramLabel = "Y.npy",
      description =
          "N integer class labels from 0, coded as one-hot rows minus 1/C, or N×C numbers, taken as"
              + " they are.")
  private Path targets;

  @Option(
      names = "--layers-above",
      required = true,
      paramLabel = "P",
      description = "Hidden ReLU layers above the layer; 0 if only the read-out is.")
  private int layersAbove;

  @Option(
      names = "--noise",
      paramLabel = "S2",
      description = "Noise variance of the targets, the ridge; needed but for hsic and alignment.")
  private Double noise;

  @Option(
      names = "--readout-variance",
      paramLabel = "SA2",
      defaultValue = "1",
      description =
          "Prior variance of the weights that read the layer, times fan-in (default:"
              + " ${DEFAULT-VALUE}).")
  private double readoutVariance;

  @Option(
      names = "--weight-variance",
      paramLabel = "SW2",
      defaultValue = "2",
      description =
          "Prior variance of the weights of the layers above, times fan-in (default:"
              + " ${DEFAULT-VALUE}).")
  private double weightVariance;

  @Option(
      names = "--bias-variance",
      paramLabel = "SB2",
      defaultValue = "0.1",
      description =
          "Prior variance of all biases above, the read-out's among them (default:"
              + " ${DEFAULT-VALUE}).")
  private double biasVariance;

  @Option(names = "--centred", description = "Free bias of the read-out: centres Kp and Y.")
  private boolean centred;

  @Option(
      names = "--form",
      paramLabel = "FORM",
      defaultValue = "evidence",
      converter = FormConverter.class,
      description =
          "evidence, fit, training-error, ridge-readout, loo-nll, loo-mse, high-noise, hsic or"
              + " alignment (default: ${DEFAULT-VALUE}).")
  private Form form;

  @Option(
      names = "--space",
      paramLabel = "SPACE",
      defaultValue = "auto",
      converter = SpaceConverter.class,
      description =
          "gram: N×N matrices. features: n×n matrices, for 0 layers above. auto (default): features"
              + " where they are exact and n < N.")
  private Space space;

  @Option(
      names = "--population",
      paramLabel = "M",
      description =
          "The rows are a mini-batch of M samples: their noise is S2 N/M, and fullLossEstimate is"
              + " what the evidence of all would be.")
  private Long population;

  @Option(
      names = "--gradient",
      paramLabel = "G.npy",
      description = "Where the N×n gradient by the activations goes; an old file is replaced.")
  private Path gradient;

  DglCommand(Session session) {
    super(session);
  }

  private static final class FormConverter implements ITypeConverter<Form> {
    @Override
    public Form convert(String value) {
      return Arrays.stream(Form.values())
          .filter(form -> form.text().equals(value))
          .findFirst()
          .orElseThrow(() ->
              new TypeConversionException(
                  "must be one of %s but is \"%s\""
                      .formatted(
                          Arrays.stream(Form.values())
                              .map(Form::text)
                              .collect(Collectors.joining(", ")),
                          value)));
    }
  }

  private static final class SpaceConverter extends WordConverter<Space> {
    SpaceConverter() {
      super(Space.class);
    }
  }

  @Override
  Output execute() {
    ObjectiveSettings settings = settings();
    OutputFiles.require(
        List.of(
            new OutputFiles.Named("--activations", activations),
            new OutputFiles.Named("--targets", targets)),
        List.of(new OutputFiles.Named("--gradient", gradient)));
    try (HostMatrix phi = InputFile.read(activations, DType.FLOAT64, session());
        HostMatrix y = readTargets()) {
      require(settings, phi, y);
      try (Lamina lamina = Lamina.open(session().config())) {
        return evaluate(lamina.backend(), settings, phi, y);
      }
    }
  }

  private ObjectiveSettings settings() {
    if (noise == null && form.usesNoise()) {
      throw new IllegalArgumentException("--form " + form.text() + " needs --noise");
    }
    return new ObjectiveSettings(
        form,
        layersAbove,
        noise == null ? 0 : noise,
        readoutVariance,
        weightVariance,
        biasVariance,
        centred,
        space,
        population == null ? OptionalLong.empty() : OptionalLong.of(population));
  }

  private HostMatrix readTargets() {
    try (TargetFiles read =
        TargetFiles.read(targets, Optional.empty(), TargetFiles.holdsLabels(targets))) {
      return read.train().toMatrix();
    }
  }

  private void require(ObjectiveSettings settings, HostMatrix phi, HostMatrix y) {
    if (phi.rows() != y.rows()) {
      throw new ShapeException(
          "--activations and --targets must have the same number of samples but %s is %s and %s has %d"
              .formatted(activations, phi.shape(), targets, y.rows()));
    }
    if (population != null && population < phi.rows()) {
      throw new IllegalArgumentException(
          "--population must be at least the %d rows of %s but is %d"
              .formatted(phi.rows(), activations, population));
    }
    requireFinite(activations, phi);
    requireFinite(targets, y);
    if (settings.centres()) {
      mentionMeans(y);
    }
    if (settings.layersAbove() > 0 && settings.biasVariance() == 0) {
      requireAlive(phi);
    }
  }

  private static void requireFinite(Path file, HostMatrix m) {
    for (long i = 0; i < m.rows(); i++) {
      for (long j = 0; j < m.cols(); j++) {
        if (!Double.isFinite(m.get(i, j))) {
          throw new IllegalArgumentException(
              "%s: all numbers must be finite but row %d, column %d is %s"
                  .formatted(file, i, j, m.get(i, j)));
        }
      }
    }
  }

  private void requireFinite(double loss, double gradientNorm) {
    if (!Double.isFinite(loss) || !Double.isFinite(gradientNorm)) {
      throw new IllegalArgumentException(
          "dgl: the loss and its gradient must be finite but are %s and, in norm, %s: the numbers in %s or %s or the variances are too large, or the noise is too small, for float64"
              .formatted(loss, gradientNorm, activations, targets));
    }
  }

  private void mentionMeans(HostMatrix y) {
    double largest = 0;
    for (long c = 0; c < y.cols(); c++) {
      double sum = 0;
      for (long i = 0; i < y.rows(); i++) {
        sum += y.get(i, c);
      }
      largest = Math.max(largest, Math.abs(sum / y.rows()));
    }
    if (largest > MEAN_TOLERANCE) {
      session()
          .say(
              String.format(
                  Locale.ROOT,
                  "%s: the targets are not centred (a column has the mean %.3g); this form takes the means away",
                  targets,
                  largest));
    }
  }

  private void requireAlive(HostMatrix phi) {
    for (long i = 0; i < phi.rows(); i++) {
      boolean dead = true;
      for (long j = 0; j < phi.cols() && dead; j++) {
        dead = phi.get(i, j) == 0;
      }
      if (dead) {
        throw new IllegalArgumentException(
            "%s: all activations of sample %d are 0, so its kernel value is 0 too, where the loss with layers above has no derivative; give --bias-variance > 0"
                .formatted(activations, i));
      }
    }
  }

  private Output evaluate(
      Backend backend, ObjectiveSettings settings, HostMatrix phi, HostMatrix y) {
    long start = System.nanoTime();
    try (LayerObjective objective = LayerObjective.open(backend, settings);
        DeviceMatrix x = backend.upload(phi);
        DeviceMatrix t = backend.upload(y);
        DeviceMatrix g = backend.allocate(DType.FLOAT64, phi.rows(), phi.cols())) {
      LayerLoss loss = objective.evaluate(x, t, g);
      double norm = Math.sqrt(backend.gram().dot(g, g));
      requireFinite(loss.value(), norm);
      double seconds = Stopwatch.secondsSince(start);
      if (gradient != null) {
        try (HostMatrix host = HostMatrix.allocate(DType.FLOAT64, phi.rows(), phi.cols())) {
          backend.download(g, host);
          NpyFile.write(gradient, host);
        }
      }
      DglDocument document = DglDocument.of(backend, settings, phi, y, loss, norm, seconds);
      return Output.of(document, document.text() + (gradient == null ? "" : "\nwrote " + gradient));
    }
  }
}
