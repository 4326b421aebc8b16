package dev.lamina.analysis.lego;

import dev.lamina.analysis.layerwise.Form;
import dev.lamina.analysis.layerwise.ObjectiveSettings;
import dev.lamina.analysis.layerwise.Space;
import dev.lamina.analysis.layerwise.WeightPrior;
import dev.lamina.analysis.training.Optimiser;
import dev.lamina.analysis.training.Schedule;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * How a network is trained layer by layer.
 *
 * @param loss what each layer makes small
 * @param order hidden layers in the order in which they are trained, each once, from 1; empty from
 *     the input upwards. Layers that are left out stay as they were drawn
 * @param optimiser how parameters follow the gradient
 * @param rate learning rate, &gt; 0
 * @param schedule what the rate is multiplied by; begins anew with each layer
 * @param batch most examples per step, ≥ 1; 0 for all of them in every step
 * @param epochs most passes over the training data for each layer, ≥ 1
 * @param evaluateEvery passes between two evaluations, ≥ 1
 * @param heldOut share of the training samples that only decide when a layer stops, in [0, 1)
 * @param patience evaluations without a better one after which a layer stops; 0 for never
 * @param sweepEpochs passes afterwards in which all layers move together along the gradient of the
 *     last layer's loss; 0 for none
 * @param seed of the order of the examples, of the held-out samples and of noise
 */
public record LegoPlan(
    LegoLoss loss,
    List<Integer> order,
    Optimiser optimiser,
    double rate,
    Schedule schedule,
    int batch,
    int epochs,
    int evaluateEvery,
    double heldOut,
    int patience,
    int sweepEpochs,
    long seed) {

  /**
   * What each layer makes small: the loss with its prior.
   *
   * @param objective the loss
   * @param noise σ² of the targets, of all training samples
   * @param readoutVariance prior variance σ_a² of the weights that read a layer, times fan-in
   * @param weightVariance prior variance σ_w² of all other weights, times fan-in
   * @param biasVariance prior variance σ_b² of all biases; 0 for a network without
   * @param centred whether the read-out's bias is free
   * @param priorWeight what the prior term of the trained layer is multiplied by: 1 is that of the
   *     effective action, 0 leaves it out
   * @param local whether every layer is judged as if only a read-out were above it, p = 0
   */
  public record LegoLoss(
      LegoObjective objective,
      double noise,
      double readoutVariance,
      double weightVariance,
      double biasVariance,
      boolean centred,
      double priorWeight,
      boolean local) {

    /** Checks the ranges. */
    public LegoLoss {
      if (!(priorWeight >= 0 && priorWeight < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("lego: prior must be ≥ 0 but is " + priorWeight);
      }
    }

    /**
     * {@return the same with another objective, its usual weight of the prior and its usual place}
     *
     * @param other the objective
     */
    public LegoLoss withObjective(LegoObjective other) {
      return new LegoLoss(
          other,
          noise,
          readoutVariance,
          weightVariance,
          biasVariance,
          centred,
          other.usualPriorWeight(noise),
          other.usuallyLocal());
    }

    /**
     * {@return the same with another noise, and the usual weight of the prior}
     *
     * @param other σ²
     */
    public LegoLoss withNoise(double other) {
      return new LegoLoss(
          objective,
          other,
          readoutVariance,
          weightVariance,
          biasVariance,
          centred,
          objective.usualPriorWeight(other),
          local);
    }

    /**
     * {@return how many layers the objective takes to be above a layer}
     *
     * @param layersAbove how many there are
     */
    public int above(int layersAbove) {
      return local ? 0 : layersAbove;
    }

    /**
     * {@return the objective of a layer}
     *
     * @param form the loss
     * @param layersAbove hidden layers above it
     * @param samples all training samples, which the noise belongs to
     */
    ObjectiveSettings settings(Form form, int layersAbove, long samples) {
      return new ObjectiveSettings(
          form,
          above(layersAbove),
          noise,
          readoutVariance,
          weightVariance,
          biasVariance,
          centred,
          Space.AUTO,
          OptionalLong.of(samples));
    }

    /** {@return the prior of a trained layer's own weights} */
    public WeightPrior prior() {
      return new WeightPrior(weightVariance, biasVariance);
    }
  }

  /**
   * Layers that are trained together.
   *
   * @param first the lowest of them, from 1
   * @param last the highest, whose activations the loss is of
   * @param epochs most passes
   */
  public record Turn(int first, int last, int epochs) {}

  /** Checks the ranges. */
  public LegoPlan {
    order = List.copyOf(order);
    if (!(rate > 0 && rate < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("lego: rate must be positive but is " + rate);
    }
    if (batch < 0 || epochs < 1 || evaluateEvery < 1 || patience < 0 || sweepEpochs < 0) {
      throw new IllegalArgumentException(
          "lego: batch, patience and sweep must be ≥ 0, epochs and evaluate-every ≥ 1 but are %d, %d, %d, %d, %d"
              .formatted(batch, patience, sweepEpochs, epochs, evaluateEvery));
    }
    if (!(heldOut >= 0 && heldOut < 1)) {
      throw new IllegalArgumentException("lego: held-out must be in [0, 1) but is " + heldOut);
    }
    if (patience > 0 && heldOut == 0) {
      throw new IllegalArgumentException(
          "lego: patience = %d needs held-out samples; set held-out, such as 0.1, or patience = 0"
              .formatted(patience));
    }
    if (order.stream().distinct().count() < order.size()) {
      throw new IllegalArgumentException("lego: order must name each layer once but is " + order);
    }
  }

  /**
   * {@return what is trained, one after the other}
   *
   * @param hidden number of hidden layers L
   * @throws IllegalArgumentException if the order names layers that there are not
   */
  public List<Turn> turns(int hidden) {
    List<Turn> turns = new ArrayList<>();
    for (int layer : layers(hidden)) {
      if (layer < 1 || layer > hidden) {
        throw new IllegalArgumentException(
            "lego: order must name hidden layers, 1 to %d, but is %s".formatted(hidden, order));
      }
      turns.add(new Turn(layer, layer, epochs));
    }
    if (sweepEpochs > 0) {
      turns.add(new Turn(1, hidden, sweepEpochs));
    }
    return turns;
  }

  /** Returns the order with its default put in. */
  List<Integer> layers(int hidden) {
    return order.isEmpty() ? IntStream.rangeClosed(1, hidden).boxed().toList() : order;
  }

  /**
   * {@return the same plan with another seed}
   *
   * @param other the seed
   */
  public LegoPlan withSeed(long other) {
    return new LegoPlan(
        loss,
        order,
        optimiser,
        rate,
        schedule,
        batch,
        epochs,
        evaluateEvery,
        heldOut,
        patience,
        sweepEpochs,
        other);
  }

  /**
   * {@return the same plan with another loss}
   *
   * @param other the loss
   */
  public LegoPlan withLoss(LegoLoss other) {
    return new LegoPlan(
        other,
        order,
        optimiser,
        rate,
        schedule,
        batch,
        epochs,
        evaluateEvery,
        heldOut,
        patience,
        sweepEpochs,
        seed);
  }

  /**
   * {@return the same plan with another batch}
   *
   * @param other most examples per step; 0 for all of them in every step
   */
  public LegoPlan withBatch(int other) {
    return new LegoPlan(
        loss,
        order,
        optimiser,
        rate,
        schedule,
        other,
        epochs,
        evaluateEvery,
        heldOut,
        patience,
        sweepEpochs,
        seed);
  }
}
