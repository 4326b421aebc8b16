package dev.lamina.analysis.degeneracy;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** A way to predict ln sin&sup2; theta behind every layer of a ReLU network. */
public enum Rule {
  /** cos theta' = 2 J11(theta): infinite width, no spread, always too optimistic. */
  INFINITE("infinite", Provenance.PUBLISHED),
  /** The mean and variance of Theorem 1 of arXiv 2302.09712; too pessimistic for narrow layers. */
  PAPER("paper", Provenance.PUBLISHED),
  /** The mean to first order in 1/width and nothing more. */
  FIRST("first", Provenance.DERIVED),
  /** {@link #FIRST} rescaled so that small angles are exact at every width. */
  DIGAMMA("digamma", Provenance.DERIVED),
  /** The whole law by Gaussian steps with the mean of {@link #DIGAMMA}, on a grid. */
  DENSITY("density", Provenance.DERIVED),
  /** The exact random chain, sampled. */
  MONTE_CARLO("montecarlo", Provenance.EXACT);

  private final String text;
  private final Provenance provenance;

  Rule(String text, Provenance provenance) {
    this.text = text;
    this.provenance = provenance;
  }

  /**
   * Returns the name used on the command line, in configs and in results.
   *
   * @return the name, lower case
   */
  public String text() {
    return text;
  }

  /**
   * Returns where the rule comes from.
   *
   * @return the provenance
   */
  public Provenance provenance() {
    return provenance;
  }

  /**
   * Returns the rule of the given name.
   *
   * @param text a name as {@link #text} gives it, in any case
   * @return the rule
   * @throws IllegalArgumentException if there is no such rule; the message lists all names
   */
  public static Rule parse(String text) {
    String wanted = text.strip().toLowerCase(Locale.ROOT);
    return Arrays.stream(values())
        .filter(rule -> rule.text.equals(wanted))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "unknown degeneracy rule '" + text + "': expected one of " + names()));
  }

  private static String names() {
    return Arrays.stream(values()).map(Rule::text).collect(Collectors.joining(", "));
  }

  /** Where a formula comes from. */
  public enum Provenance {
    /** Taken from the papers as it stands. */
    PUBLISHED,
    /** Derived here, not in the papers as far as we know. */
    DERIVED,
    /** No approximation but the sampling error. */
    EXACT
  }

  @Override
  public String toString() {
    return text;
  }
}
