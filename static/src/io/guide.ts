/** The article of the guide, as HTML that the server fills with the network's numbers. */
import type { Locale } from '../core/numbers';
import { request } from './api';

export function fetchArticle(language: Locale, signal: AbortSignal): Promise<string> {
  return request(`/guide/${language}`, { signal }, (response) => response.text());
}
