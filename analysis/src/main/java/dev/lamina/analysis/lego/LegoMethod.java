package dev.lamina.analysis.lego;

import java.util.Locale;

/** A way to predict that the section compares. */
public sealed interface LegoMethod {
  /** Layer by layer with the plan's own loss. */
  LegoMethod LEGO = Known.LEGO;

  /** The whole network by gradients of the loss of its outputs. */
  LegoMethod END_TO_END = Known.END_TO_END;

  /** The network as it was drawn, with a read-out. */
  LegoMethod RANDOM = Known.RANDOM;

  /** The kernel of the network of infinite width. */
  LegoMethod NNGP = Known.NNGP;

  /** A read-out from the inputs. */
  LegoMethod LINEAR = Known.LINEAR;

  /** {@return the name in configurations and reports} */
  String text();

  /** Methods without numbers. */
  enum Known implements LegoMethod {
    /** {@link LegoMethod#LEGO}. */
    LEGO,
    /** {@link LegoMethod#END_TO_END}. */
    END_TO_END,
    /** {@link LegoMethod#RANDOM}. */
    RANDOM,
    /** {@link LegoMethod#NNGP}. */
    NNGP,
    /** {@link LegoMethod#LINEAR}. */
    LINEAR;

    @Override
    public String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * Layer by layer with another loss.
   *
   * @param objective the loss
   */
  record Other(LegoObjective objective) implements LegoMethod {
    @Override
    public String text() {
      return objective.text();
    }
  }

  /**
   * Layer by layer with the plan's own loss and another batch.
   *
   * @param size most samples per step
   */
  record Batch(int size) implements LegoMethod {
    @Override
    public String text() {
      return "lego, batch " + size;
    }
  }

  /**
   * Layer by layer with the plan's own loss and another noise.
   *
   * @param value σ²
   */
  record Noise(double value) implements LegoMethod {
    @Override
    public String text() {
      return "lego, noise " + value;
    }
  }
}
