package dev.lamina.analysis.layerwise;

import java.util.Locale;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * Which loss a layer has.
 *
 * @param form what is made of the kernel matrix
 * @param layersAbove p from 0 to 10,000, hidden ReLU layers above the layer; 0 if only the read-out
 *     is
 * @param noise σ² of the targets, the ridge, ≥ 0; of all N samples if there is a population
 * @param readoutVariance prior variance σ_a² of the weights that read the layer, times fan-in, &gt;
 *     0
 * @param weightVariance prior variance σ_w² of the weights of the layers above, times fan-in, &gt;
 *     0
 * @param biasVariance prior variance σ_b² of all biases above the layer, ≥ 0
 * @param centred whether the read-out's bias is free (its prior variance infinite), which centres
 *     K⁽ᵖ⁾ and Y
 * @param space where a loss without wide layers above is computed
 * @param population if calls bring mini-batches: the number N of all samples. A batch of b then has
 *     the noise σ² b/N, see {@link BatchRule}
 */
public record ObjectiveSettings(
    Form form,
    int layersAbove,
    double noise,
    double readoutVariance,
    double weightVariance,
    double biasVariance,
    boolean centred,
    Space space,
    OptionalLong population) {

  /** All samples look alike long before: their angles fall like 1/p. */
  private static final int MOST_LAYERS = 10_000;

  /** Checks the ranges. */
  public ObjectiveSettings {
    Objects.requireNonNull(form, "form");
    Objects.requireNonNull(space, "space");
    Objects.requireNonNull(population, "population");
    require(
        layersAbove >= 0 && layersAbove <= MOST_LAYERS,
        String.format(
            Locale.ROOT,
            "layers above must be from 0 to %,d but are %,d",
            MOST_LAYERS,
            layersAbove));
    require(noise >= 0 && Double.isFinite(noise), "noise must be finite and ≥ 0 but is " + noise);
    require(
        readoutVariance > 0 && Double.isFinite(readoutVariance),
        "readout variance must be finite and > 0 but is " + readoutVariance);
    require(
        weightVariance > 0 && Double.isFinite(weightVariance),
        "weight variance must be finite and > 0 but is " + weightVariance);
    require(
        biasVariance >= 0 && Double.isFinite(biasVariance),
        "bias variance must be finite and ≥ 0 but is " + biasVariance);
    require(
        population.isEmpty() || population.getAsLong() > 0,
        "population must be ≥ 1 but is " + population.orElse(0));
    if (space == Space.FEATURES) {
      require(
          form.hasFeatureSpace() && layersAbove == 0,
          "the feature-space form needs 0 layers above and one of evidence, fit, training-error, ridge-readout but has %d and %s"
              .formatted(layersAbove, form.text()));
      require(noise > 0, "the feature-space form needs noise > 0 but it is 0");
    }
    require(
        form != Form.HIGH_NOISE || noise > 0, "the high-noise form needs noise > 0 but it is 0");
  }

  private static void require(boolean ok, String message) {
    if (!ok) {
      throw new IllegalArgumentException("layer objective: " + message);
    }
  }

  /**
   * {@return the evidence form with σ_a² = 1, σ_w² = 2, σ_b² = 0.1, not centred, of full batches}
   *
   * @param layersAbove p ≥ 0, hidden ReLU layers above the layer
   * @param noise σ² ≥ 0
   */
  public static ObjectiveSettings evidence(int layersAbove, double noise) {
    return new ObjectiveSettings(
        Form.EVIDENCE, layersAbove, noise, 1, 2, 0.1, false, Space.AUTO, OptionalLong.empty());
  }

  /**
   * {@return these settings with another form}
   *
   * @param other the form
   */
  public ObjectiveSettings withForm(Form other) {
    return new ObjectiveSettings(
        other,
        layersAbove,
        noise,
        readoutVariance,
        weightVariance,
        biasVariance,
        centred,
        space,
        population);
  }

  /**
   * {@return these settings with another number of layers above}
   *
   * @param p ≥ 0
   */
  public ObjectiveSettings withLayersAbove(int p) {
    return new ObjectiveSettings(
        form, p, noise, readoutVariance, weightVariance, biasVariance, centred, space, population);
  }

  /**
   * {@return these settings with other prior variances}
   *
   * @param readout σ_a² &gt; 0
   * @param weights σ_w² &gt; 0
   * @param biases σ_b² ≥ 0
   */
  public ObjectiveSettings withVariances(double readout, double weights, double biases) {
    return new ObjectiveSettings(
        form, layersAbove, noise, readout, weights, biases, centred, space, population);
  }

  /**
   * {@return these settings, centred or not}
   *
   * @param free whether the read-out's bias is free
   */
  public ObjectiveSettings withCentred(boolean free) {
    return new ObjectiveSettings(
        form,
        layersAbove,
        noise,
        readoutVariance,
        weightVariance,
        biasVariance,
        free,
        space,
        population);
  }

  /**
   * {@return these settings with another space}
   *
   * @param other where losses without wide layers above are computed
   */
  public ObjectiveSettings withSpace(Space other) {
    return new ObjectiveSettings(
        form,
        layersAbove,
        noise,
        readoutVariance,
        weightVariance,
        biasVariance,
        centred,
        other,
        population);
  }

  /**
   * {@return these settings for mini-batches of a population}
   *
   * @param samples N, the number of all samples, which the noise is for
   */
  public ObjectiveSettings withPopulation(long samples) {
    return new ObjectiveSettings(
        form,
        layersAbove,
        noise,
        readoutVariance,
        weightVariance,
        biasVariance,
        centred,
        space,
        OptionalLong.of(samples));
  }

  /** {@return whether K⁽ᵖ⁾ and Y are centred, as they always are for HSIC and alignment} */
  public boolean centres() {
    return centred || !form.usesNoise();
  }

  /**
   * {@return whether activations of a shape are evaluated in feature space}
   *
   * @param samples N
   * @param features n
   */
  public boolean inFeatureSpace(long samples, long features) {
    return switch (space) {
      case GRAM -> false;
      case FEATURES -> true;
      // Without noise K alone is factored, and N > n makes it singular: the Gram form says so.
      case AUTO -> layersAbove == 0 && form.hasFeatureSpace() && noise > 0 && features < samples;
    };
  }

  /**
   * {@return the noise of a call with so many samples: σ², or σ² b/N for a batch of a population}
   *
   * @param samples b, rows of the activations
   */
  public double noiseOf(long samples) {
    return population.isPresent()
        ? new BatchRule(noise, population.getAsLong()).noise(samples)
        : noise;
  }
}
