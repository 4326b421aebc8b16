package dev.lamina.analysis.lego;

import dev.lamina.analysis.layerwise.Form;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a layer is judged by while it is trained. */
public sealed interface LegoObjective {

  /** {@return the name in configurations and reports} */
  String text();

  /**
   * {@return what the prior term of the layer is multiplied by so that loss plus prior is a
   * negative log posterior: 1 for logarithms of probabilities, σ² for sums of squares, 0 for losses
   * that have no scale}
   *
   * @param noise σ²
   */
  double usualPriorWeight(double noise);

  /** {@return whether the layer is judged as if only a read-out were above it, unless asked for} */
  boolean usuallyLocal();

  /**
   * A loss of the kernel matrix that the layers above make of the activations.
   *
   * @param form the loss
   */
  record OfKernel(Form form) implements LegoObjective {
    @Override
    public String text() {
      return form.text();
    }

    @Override
    public double usualPriorWeight(double noise) {
      return switch (form) {
        case EVIDENCE, FIT, LOO_NLL, HIGH_NOISE -> 1;
        case TRAINING_ERROR, RIDGE_READOUT, LOO_MSE -> noise;
        case HSIC, ALIGNMENT -> 0;
      };
    }

    /** True for the published rivals, which know nothing of layers above. */
    @Override
    public boolean usuallyLocal() {
      return switch (form) {
        case RIDGE_READOUT, HSIC, ALIGNMENT -> true;
        case EVIDENCE, FIT, TRAINING_ERROR, LOO_NLL, LOO_MSE, HIGH_NOISE -> false;
      };
    }

    /** Returns whether the loss does not change when all activations are scaled. */
    boolean scaleless() {
      return form == Form.HSIC || form == Form.ALIGNMENT;
    }
  }

  /**
   * The cross-entropy of a softmax read-out that belongs to the layer and is trained together with
   * it (published: Belilovsky et al. 2019, Nøkland and Eidnes 2019); thrown away when the layer is
   * done. Its weights have the prior of the read-out.
   */
  record Softmax() implements LegoObjective {
    @Override
    public String text() {
      return "softmax-readout";
    }

    @Override
    public double usualPriorWeight(double noise) {
      return 1;
    }

    @Override
    public boolean usuallyLocal() {
      return true;
    }
  }

  /** {@return all objectives by their names} */
  static Map<String, LegoObjective> all() {
    Map<String, LegoObjective> all = new LinkedHashMap<>();
    for (Form form : Form.values()) {
      all.put(form.text(), new OfKernel(form));
    }
    LegoObjective softmax = new Softmax();
    all.put(softmax.text(), softmax);
    return all;
  }
}
