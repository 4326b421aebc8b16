package dev.lamina.analysis.study;

/** Hears how a study goes on. */
public interface StudyListener {

  /**
   * A section begins.
   *
   * @param name its name
   */
  void begins(String name);

  /**
   * A section has ended.
   *
   * @param outcome how
   */
  void ended(SectionOutcome outcome);
}
