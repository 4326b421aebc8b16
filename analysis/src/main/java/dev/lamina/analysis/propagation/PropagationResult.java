package dev.lamina.analysis.propagation;

import java.util.List;
import java.util.OptionalDouble;

/**
 * What the section {@code propagation} of a study found.
 *
 * @param cosine cosine between the two inputs
 * @param inputs how alike the training inputs are
 * @param own the study's network at its initialisation, at the size of the training inputs; empty
 *     if it could not be followed
 * @param ownProblem why it could not; empty if it could
 * @param networks the networks to compare
 */
public record PropagationResult(
    double cosine,
    InputCosine inputs,
    List<Propagation> own,
    String ownProblem,
    List<Compared> networks) {

  /** Copies the lists. */
  public PropagationResult {
    own = List.copyOf(own);
    networks = List.copyOf(networks);
  }

  /**
   * One of the networks to compare.
   *
   * @param name such as {@code relu} or {@code residual relu, α = 0.5}
   * @param profiles one per configured depth
   * @param equilibrium equilibrium layer against depth
   */
  public record Compared(String name, List<Propagation> profiles, List<Equilibrium> equilibrium) {
    /** Copies the lists. */
    public Compared {
      profiles = List.copyOf(profiles);
      equilibrium = List.copyOf(equilibrium);
    }
  }

  /**
   * The equilibrium layer at one depth.
   *
   * @param depth number of layers
   * @param layer by recursion; empty if there is none
   * @param powerLaw by the power law of very deep networks; empty if there is none
   */
  public record Equilibrium(int depth, OptionalDouble layer, OptionalDouble powerLaw) {}
}
