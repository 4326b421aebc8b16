package dev.lamina.cli;

import dev.lamina.Lamina;
import dev.lamina.analysis.learningcurve.LearningCurve;
import dev.lamina.analysis.learningcurve.Renormalised;
import dev.lamina.analysis.learningcurve.SimulatedPoint;
import dev.lamina.analysis.learningcurve.Spectrum;
import dev.lamina.analysis.learningcurve.SpectrumFile;
import dev.lamina.analysis.learningcurve.Sphere;
import dev.lamina.analysis.learningcurve.SphereSimulation;
import dev.lamina.analysis.learningcurve.SphereSpectrum;
import dev.lamina.analysis.learningcurve.Target;
import dev.lamina.kernel.Kernel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lamina learning-curve}. */
@Command(
    name = "learning-curve",
    description = {
      "Predicts how the error of Gaussian-process regression falls with the number of samples, from the"
          + " spectrum of the kernel: inputs uniform on a sphere, or a spectrum of your own.",
      "Three theories: ek (equivalence kernel) and subLeading (its next term, with the corrected sign;"
          + " arXiv 1906.05301), which need noise and C_K much below it; and selfConsistent, which"
          + " needs neither."
    },
    footer = {
      "",
      "Example, the published one: ntk(depth=3, weightVariance=1, biasVariance=1) on the unit sphere of",
      "50 dimensions, powers of the cosine above 3 counted as noise:",
      "  lamina learning-curve --kernel 'ntk(depth=3, weightVariance=1, biasVariance=1)' --dimension 50",
      "    --target 1:0.5,2:0.5 --samples 100,300,1000,2500 --renormalise 3 --simulate 20"
    },
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class LearningCurveCommand extends Subcommand {

  @Option(
      names = "--kernel",
      paramLabel = "TEXT",
      description = "Such as 'ntk(depth=3, biasVariance=1)'; its inputs are on a sphere.")
  private String kernelText;

  @Option(
      names = "--dimension",
      paramLabel = "D",
      description = "Dimension of the space around the sphere, at least 2 (2 is the circle).")
  private Integer dimension;

  @Option(
      names = "--radius",
      paramLabel = "R",
      defaultValue = "1",
      description = {
        "Norm of the inputs, a number or sqrt-d (default: ${DEFAULT-VALUE}). nngp and ntk divide x.z by D:"
            + " their first layer is weightVariance*R^2*cos/D + biasVariance."
      })
  private String radius;

  @Option(
      names = "--target",
      paramLabel = "L:W,...",
      description = {
        "What the target is made of: for each degree L of spherical harmonics the mean square W of its"
            + " part, such as 1:0.5,2:0.5."
      })
  private String targetText;

  @Option(
      names = "--spectrum",
      paramLabel = "FILE.csv",
      description = {
        "Instead of a kernel: rows of eigenvalue, multiplicity, weight (sum of the squared coefficients"
            + " of the target on these eigenfunctions)."
      })
  private Path spectrumFile;

  @Option(
      names = "--samples",
      required = true,
      split = ",",
      paramLabel = "N",
      description = "Numbers of training samples, separated by commas.")
  private List<Double> samples;

  @Option(
      names = "--noise",
      paramLabel = "S2",
      defaultValue = "0",
      description = "Ridge of the regression, a variance (default: ${DEFAULT-VALUE}).")
  private double noise;

  @Option(
      names = "--label-noise",
      paramLabel = "V",
      defaultValue = "0",
      description =
          "Variance of the noise that the labels really have (default: ${DEFAULT-VALUE}).")
  private double labelNoise;

  @Option(
      names = "--renormalise",
      paramLabel = "r",
      description = {
        "Keep powers of the cosine up to r and add the others to the noise; auto takes the smallest r"
            + " with sqrt(N) D^(-(r+1)/2) <= 0.1 for the largest N, none (the default) keeps the whole"
            + " kernel."
      })
  private String renormalise;

  @Option(
      names = "--simulate",
      paramLabel = "DRAWS",
      defaultValue = "0",
      description = {
        "Also do the regression on so many random samples of each size, with the whole kernel and"
            + " --noise alone (default: ${DEFAULT-VALUE}, none)."
      })
  private int draws;

  @Option(
      names = "--targets",
      paramLabel = "C",
      defaultValue = "16",
      description = "Random targets that share the samples of a draw (default: ${DEFAULT-VALUE}).")
  private int targets;

  @Option(
      names = "--test-points",
      paramLabel = "M",
      defaultValue = "1000",
      description = "Random test inputs of each draw (default: ${DEFAULT-VALUE}).")
  private int testPoints;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Seed of the simulation (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--degrees",
      paramLabel = "L",
      defaultValue = "10",
      description = {
        "Largest degree and power to print (default: ${DEFAULT-VALUE}); more are used."
      })
  private int shown;

  LearningCurveCommand(Session session) {
    super(session);
  }

  @Override
  Output execute() {
    requireOneSource();
    if (draws < 0 || shown < 0) {
      throw new IllegalArgumentException(
          "--simulate and --degrees must not be negative but are %d and %d"
              .formatted(draws, shown));
    }
    LearningCurveDocument document = kernelText == null ? ofFile() : ofKernel();
    return Output.of(document, document.text());
  }

  private void requireOneSource() {
    if ((kernelText == null) == (spectrumFile == null)) {
      throw new IllegalArgumentException("give one of --kernel and --spectrum");
    }
    if (kernelText != null && (dimension == null || targetText == null)) {
      throw new IllegalArgumentException("--kernel needs --dimension and --target");
    }
    if (spectrumFile != null
        && (dimension != null || targetText != null || renormalise != null || draws > 0)) {
      throw new IllegalArgumentException(
          "--spectrum has everything: --dimension, --target, --renormalise and --simulate belong to --kernel");
    }
  }

  private LearningCurveDocument ofFile() {
    Spectrum spectrum = SpectrumFile.read(spectrumFile);
    LearningCurve curve = new LearningCurve(spectrum, noise, labelNoise);
    return LearningCurveDocument.of(
        LearningCurveDocument.Source.of(spectrum), curve, labelNoise, samples, List.of(), shown);
  }

  private LearningCurveDocument ofKernel() {
    Kernel kernel = Kernel.parse(kernelText);
    Sphere sphere = Sphere.parse(dimension, radius);
    Target target = Target.parse(targetText);
    Optional<Renormalised> renormalised =
        power(sphere).map(r -> SphereSpectrum.renormalised(kernel, sphere, r));
    SphereSpectrum spectrum =
        renormalised.map(Renormalised::spectrum).orElseGet(() -> SphereSpectrum.of(kernel, sphere));
    double ridge = noise + renormalised.map(Renormalised::noise).orElse(0.0);
    LearningCurve curve = new LearningCurve(spectrum.with(target), ridge, labelNoise);
    // what is wrong is said before the simulation, or without one
    samples.forEach(curve::at);
    SphereSimulation.Settings settings =
        new SphereSimulation.Settings(
            kernel, sphere, target, noise, labelNoise, draws, targets, testPoints, seed);
    return LearningCurveDocument.of(
        LearningCurveDocument.Source.of(kernel, spectrum, target, renormalised),
        curve,
        labelNoise,
        samples,
        draws == 0 ? List.of() : simulate(settings),
        shown);
  }

  private Optional<Integer> power(Sphere sphere) {
    if (renormalise == null || renormalise.equals("none")) {
      return Optional.empty();
    }
    if (renormalise.equals("auto")) {
      return Optional.of(
          Renormalised.choose(sphere, samples.stream().mapToDouble(n -> n).max().orElseThrow()));
    }
    return Optional.of(Renormalised.power(renormalise));
  }

  private List<SimulatedPoint> simulate(SphereSimulation.Settings settings) {
    List<Integer> sizes = new ArrayList<>();
    for (double n : samples) {
      if (n != Math.rint(n) || n > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "--simulate needs whole numbers of samples but --samples has " + n);
      }
      sizes.add((int) n);
    }
    try (Lamina lamina = Lamina.open(session().config());
        ProgressBars progress = session().progress()) {
      SphereSimulation simulation = new SphereSimulation(lamina.backend(), settings);
      simulation.requireMemory(sizes, lamina.config().memoryBudget());
      return simulation.run(sizes, progress);
    }
  }
}
