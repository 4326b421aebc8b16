package dev.lamina.analysis.report;

import java.util.List;
import java.util.Optional;

/**
 * Everything that a report page shows.
 *
 * @param title of the study
 * @param subject what was studied, on what, in one or two sentences
 * @param sections the analyses, in order
 * @param origin how the numbers came about
 */
public record Report(String title, String subject, List<Section> sections, Origin origin) {

  /** Copies the sections. */
  public Report {
    sections = List.copyOf(sections);
  }

  /**
   * Makes the report of a study.
   *
   * @param title of the study
   * @param subject what was studied, on what, in one or two sentences
   * @param sections the analyses, in order
   * @param provenance what is needed to do it again
   */
  public Report(String title, String subject, List<Section> sections, Provenance provenance) {
    this(title, subject, sections, provenance.origin());
  }

  /**
   * One analysis: shown, or failed.
   *
   * @param name lower-case name, unique in the report
   * @param title heading
   * @param view what it shows; empty if it failed
   * @param failure what went wrong; empty if nothing did
   * @param seconds how long it took; NaN if it was not timed by itself
   * @param kept whether the result is one of an earlier run
   */
  public record Section(
      String name,
      String title,
      Optional<SectionView> view,
      Optional<String> failure,
      double seconds,
      boolean kept) {

    /** Checks that there is either a view or a failure. */
    public Section {
      Names.require("section", name);
      if (view.isPresent() == failure.isPresent()) {
        throw new IllegalArgumentException(
            "section " + name + " must have either a view or a failure");
      }
    }
  }
}
