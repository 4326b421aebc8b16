package dev.lamina.analysis.data;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.HostMatrix;
import java.util.Locale;

/**
 * One step that changes the features of samples. What a step needs to know about the data it learns
 * from the training samples alone. Steps are computed in float64 and stored in the type of the
 * data.
 */
public sealed interface PreprocessingStep {

  /** Changes samples in place, after what has been learnt from the training samples. */
  @FunctionalInterface
  interface Fitted {
    /**
     * Applies the step.
     *
     * @param x N×d, overwritten
     * @param part which samples these are, for messages
     * @throws DataException if a row cannot be treated, naming it
     */
    void apply(HostMatrix x, String part);
  }

  /**
   * Learns what the step needs to know.
   *
   * @param train N×d training samples, as the steps before have left them; not changed
   * @param backend computes what is large
   * @return the step with what it learnt
   */
  Fitted fit(HostMatrix train, Backend backend);

  /** {@return the step the way a config file has it, such as {@code scale = 0.0625}} */
  String text();

  /** Whether a number is learnt for each feature or one for all of them. */
  enum Extent {
    /** One number per feature. */
    FEATURES,
    /** One number for the whole matrix. */
    GLOBAL;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Multiplies all features.
   *
   * @param factor finite and not 0
   */
  record Scale(double factor) implements PreprocessingStep {
    /** Checks the factor. */
    public Scale {
      if (factor == 0 || !Double.isFinite(factor)) {
        throw new DataException("scale must be finite and not 0 but is " + factor);
      }
    }

    @Override
    public Fitted fit(HostMatrix train, Backend backend) {
      return (x, _) -> FeatureLoops.affine(x, new double[] {0}, new double[] {factor});
    }

    @Override
    public String text() {
      return "scale = " + factor;
    }
  }

  /**
   * Subtracts the mean of the training samples.
   *
   * @param extent each feature's mean from it, or the mean of all features from all
   */
  record Center(Extent extent) implements PreprocessingStep {
    @Override
    public Fitted fit(HostMatrix train, Backend backend) {
      double[] mean = FeatureLoops.means(train, extent);
      return (x, _) -> FeatureLoops.affine(x, mean, new double[] {1});
    }

    @Override
    public String text() {
      return "center = " + (extent == Extent.FEATURES ? "mean" : "global-mean");
    }
  }

  /**
   * Subtracts the mean of the training samples and divides by their standard deviation (the one
   * with 1/N). A feature that is constant becomes 0.
   *
   * @param extent one mean and deviation per feature, or one of each for all features
   */
  record Standardise(Extent extent) implements PreprocessingStep {
    @Override
    public Fitted fit(HostMatrix train, Backend backend) {
      double[] mean = FeatureLoops.means(train, extent);
      double[] factor = FeatureLoops.deviations(train, mean);
      for (int j = 0; j < factor.length; j++) {
        factor[j] = factor[j] == 0 ? 0 : 1 / factor[j];
      }
      return (x, _) -> FeatureLoops.affine(x, mean, factor);
    }

    @Override
    public String text() {
      return "standardise = " + extent.text();
    }
  }

  /**
   * Divides each sample by its Euclidean norm.
   *
   * @param length the norm afterwards
   */
  record NormaliseRows(Length length) implements PreprocessingStep {
    /** Norms that samples can be given. */
    public enum Length {
      /** 1. */
      UNIT,
      /** √d, so that the features have mean square 1. */
      SQRT_D;

      String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
      }
    }

    @Override
    public Fitted fit(HostMatrix train, Backend backend) {
      return (x, part) ->
          FeatureLoops.normaliseRows(
              x, length == Length.UNIT ? 1 : Math.sqrt((double) x.cols()), part);
    }

    @Override
    public String text() {
      return "normalise-rows = " + length.text();
    }
  }

  /**
   * Decorrelates the features: x ← (x − m) U (D + ε·tr(D)/d)^(−1/2) Uᵀ, where m is the mean of the
   * training samples and U D Uᵀ their covariance (the one with 1/N). Source: Lee et al., "Finite
   * Versus Infinite Neural Networks" (arXiv:2007.15801), regularised ZCA.
   *
   * @param regulariser ε, ≥ 0; with 0 the covariance must be regular
   */
  record Zca(double regulariser) implements PreprocessingStep {
    /** Checks the regulariser. */
    public Zca {
      if (!(regulariser >= 0 && Double.isFinite(regulariser))) {
        throw new DataException("zca must be ≥ 0 and finite but is " + regulariser);
      }
    }

    @Override
    public Fitted fit(HostMatrix train, Backend backend) {
      return ZcaWhitening.fit(train, regulariser, backend);
    }

    @Override
    public String text() {
      return "zca = " + regulariser;
    }
  }
}
