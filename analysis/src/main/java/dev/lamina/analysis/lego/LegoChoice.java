package dev.lamina.analysis.lego;

import java.util.List;

/**
 * How methods choose what they have to be told, on samples held out of the training samples: the
 * noise σ² of everything layer-wise and of kernels, the weight decay of end-to-end training. Every
 * method takes the value with the best mean score and then trains with all training samples; test
 * samples play no part.
 *
 * @param noises σ² to choose from; empty to take that of the plan
 * @param decays weight decays to choose from; empty to take that of the optimiser
 * @param share of the training samples that are held out, in (0, 1)
 * @param runs seeds over which scores are averaged, ≥ 1
 */
public record LegoChoice(List<Double> noises, List<Double> decays, double share, int runs) {

  /** Nothing is chosen. */
  public static final LegoChoice NONE = new LegoChoice(List.of(), List.of(), 0.2, 1);

  /** Copies the lists. */
  public LegoChoice {
    noises = List.copyOf(noises);
    decays = List.copyOf(decays);
  }

  /** Returns what a method chooses from; empty if it does not choose. */
  List<Double> candidates(LegoMethod method) {
    return switch (method) {
      case LegoMethod.Known known -> known == LegoMethod.Known.END_TO_END ? decays : noises;
      case LegoMethod.Other _ -> noises;
      case LegoMethod.Batch _, LegoMethod.Noise _ -> List.of();
    };
  }
}
