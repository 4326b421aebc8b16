package dev.lamina.analysis.report;

import static j2html.TagCreator.a;
import static j2html.TagCreator.b;
import static j2html.TagCreator.details;
import static j2html.TagCreator.div;
import static j2html.TagCreator.document;
import static j2html.TagCreator.each;
import static j2html.TagCreator.footer;
import static j2html.TagCreator.h1;
import static j2html.TagCreator.h2;
import static j2html.TagCreator.header;
import static j2html.TagCreator.html;
import static j2html.TagCreator.iff;
import static j2html.TagCreator.li;
import static j2html.TagCreator.main;
import static j2html.TagCreator.meta;
import static j2html.TagCreator.nav;
import static j2html.TagCreator.p;
import static j2html.TagCreator.pre;
import static j2html.TagCreator.rawHtml;
import static j2html.TagCreator.script;
import static j2html.TagCreator.section;
import static j2html.TagCreator.span;
import static j2html.TagCreator.style;
import static j2html.TagCreator.summary;
import static j2html.TagCreator.title;
import static j2html.TagCreator.ul;

import j2html.tags.DomContent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Turns a report into one self-contained page. */
final class ReportPage {
  private static final int MOST_HEADLINES = 10;

  /** The page may run its own script and show its own pictures and load nothing from anywhere. */
  private static final String POLICY =
      "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:";

  private final Report report;

  private ReportPage(Report report) {
    this.report = report;
  }

  /** Returns the page. */
  static String of(Report report) {
    ReportPage page = new ReportPage(report);
    return document(html(page.head(), page.body()).attr("lang", "en"));
  }

  private DomContent head() {
    return j2html.TagCreator.head(
        meta().withCharset("utf-8"),
        meta().attr("http-equiv", "Content-Security-Policy").withContent(POLICY),
        meta().withName("viewport").withContent("width=device-width, initial-scale=1"),
        meta().withName("generator").withContent("Lamina " + report.origin().lamina()),
        title(report.title()),
        style(rawHtml(resource("report.css"))));
  }

  private DomContent body() {
    PlotData plots = PlotData.of(report);
    return j2html.TagCreator.body(
        main(
            header(
                p(report.origin().kind()).withClass("over"),
                h1(report.title()),
                p(report.subject()),
                status(),
                ul(each(headlines(), ReportPage::headline)).withClass("headlines")),
            contents(),
            each(report.sections(), SectionHtml::of),
            provenance(),
            footer(p(report.origin().files()))),
        script(rawHtml(scriptSafe(Json.writeLine(plots))))
            .withType("application/json")
            .withId("report-data"),
        iff(
            !plots.plots().isEmpty(),
            script(rawHtml(PlotlyScript.packed()))
                .withType("application/octet-stream")
                .withId("plotly")),
        script(rawHtml(resource("report.js"))));
  }

  /** Nothing in a script element may look like its end or like a comment. */
  static String scriptSafe(String json) {
    return json.replace("<", "\\u003c");
  }

  private DomContent status() {
    List<Report.Section> failed =
        report.sections().stream().filter(s -> s.failure().isPresent()).toList();
    if (failed.isEmpty()) {
      int count = report.sections().size();
      return p("%s finished; %s."
              .formatted(
                  count == 1 ? "The section" : "All " + count + " sections",
                  report.origin().circumstances()))
          .withClass("status");
    }
    return div(
            p(
                "%d of %d sections failed; the others are complete."
                    .formatted(failed.size(), report.sections().size())),
            ul(each(failed, s -> li(s.title() + ": " + s.failure().orElseThrow()))))
        .withClasses("status", "bad");
  }

  /** Returns the headlines of all sections in turn, so that no section crowds another out. */
  List<Headline> headlines() {
    List<List<Headline>> bySection =
        report.sections().stream()
            .map(s -> s.view().map(SectionView::headlines).orElse(List.of()))
            .toList();
    int[] taken = new int[bySection.size()];
    int total = 0;
    boolean more = true;
    while (more && total < MOST_HEADLINES) {
      more = false;
      for (int s = 0; s < taken.length && total < MOST_HEADLINES; s++) {
        if (taken[s] < bySection.get(s).size()) {
          taken[s]++;
          total++;
          more = true;
        }
      }
    }
    List<Headline> chosen = new ArrayList<>();
    for (int s = 0; s < taken.length; s++) {
      chosen.addAll(bySection.get(s).subList(0, taken[s]));
    }
    return chosen;
  }

  private static DomContent headline(Headline headline) {
    return li(
        span(headline.label()).withClass("label"),
        b(headline.value()),
        span(headline.note()).withClass("note"));
  }

  private DomContent contents() {
    return nav(ul(
            each(report.sections(), s -> li(a(s.title()).withHref("#" + s.name()))),
            li(a("How this was made").withHref("#provenance"))))
        .attr("aria-label", "Contents");
  }

  private DomContent provenance() {
    Origin made = report.origin();
    Table facts =
        new Table(
            "facts",
            "",
            "",
            List.of(Column.of("what"), Column.of("value")),
            made.facts().stream().map(f -> List.<Object>of(f.what(), f.value())).toList());
    return section(
            h2("How this was made"),
            iff(!made.command().isEmpty(), div(p(made.again()), pre(made.command()))),
            TableHtml.of(facts, "provenance-facts", "provenance.csv"),
            iff(!made.settings().isEmpty(), details(summary("Settings in force"), settings())),
            iff(
                !made.config().isEmpty(),
                details(summary("Effective configuration"), pre(made.config()))))
        .withId("provenance");
  }

  private DomContent settings() {
    Table effective =
        new Table(
            "settings",
            "",
            "",
            List.of(Column.of("setting"), Column.of("value"), Column.of("origin")),
            report.origin().settings().stream()
                .map(s -> List.<Object>of(s.path(), s.value(), s.origin()))
                .toList());
    return TableHtml.of(effective, "provenance-settings", "settings.csv");
  }

  private static String resource(String name) {
    try (InputStream in = ReportPage.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }
}
