/**
 * Reports: what an analysis shows (plots, tables, headline numbers) as plain data, and the page it
 * becomes.
 */
package dev.lamina.analysis.report;
